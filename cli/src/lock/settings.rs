//! The settings of `mcp.toml` that decide who is let in, how often, by whose word, and what the server reaches: a
//! reviewer agrees to them as to policies.

use toml::{Table, Value};

use super::file::Setting;
use super::rule::ordered;
use crate::{Error, Result};

/// Sections of which every key is locked, also one that a later version adds.
const SECTIONS: [&str; 17] = [
    "always",
    "audit",
    "clients",
    "connections",
    "cron",
    "email",
    "enterprise",
    "identity",
    "never",
    "queues",
    "quotas",
    "registration",
    "secrets",
    "tokens",
    "transport",
    "workloads",
    "wrangler",
];

/// Sections that say something by being there, without a key.
const BARE: [&str; 2] = ["email", "queues"];

/// Single keys of other sections.
const KEYS: [(&str, &str); 1] = [("server", "instructions")];

/// Keys that tell the entries of a list of tables apart, where they have them.
const NAMES: [&str; 5] = ["binding", "id", "name", "queue", "issuer"];

/// Every locked setting, by its key, those of environments included.
///
/// # Errors
///
/// When it is not TOML; the text of a checked file is.
pub(super) fn all(source: &str) -> Result<Vec<Setting>> {
    let file: Table = toml::from_str(source)
        .map_err(|error| Error::new(format!("cannot read the settings of mcp.toml: {error}")))?;
    let mut settings = Vec::new();
    of(&file, "", &mut settings);
    let environments = file.get("env").and_then(Value::as_table).into_iter().flatten();
    for (name, environment) in environments {
        if let Value::Table(environment) = environment {
            of(environment, &format!("env.{name}."), &mut settings);
        }
    }
    settings.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(settings)
}

fn of(file: &Table, prefix: &str, settings: &mut Vec<Setting>) {
    for (section, value) in file {
        if BARE.contains(&section.as_str()) {
            bare(&format!("{prefix}{section}"), value, settings);
        }
        if SECTIONS.contains(&section.as_str()) {
            leaves(format!("{prefix}{section}"), value, settings);
        }
        for (_, key) in KEYS.iter().filter(|(known, _)| known == section) {
            if let Some(value) = value.get(key) {
                leaves(format!("{prefix}{section}.{key}"), value, settings);
            }
        }
    }
}

/// Adds the tables without keys, at a key or right below it.
fn bare(key: &str, value: &Value, settings: &mut Vec<Setting>) {
    let Value::Table(table) = value else { return };
    if table.is_empty() {
        add(key.to_owned(), value, settings);
    }
    for (name, inner) in table {
        if inner.as_table().is_some_and(Table::is_empty) {
            add(format!("{key}.{name}"), inner, settings);
        }
    }
}

/// Adds what is at a key: tables key by key, lists of tables entry by entry.
fn leaves(key: String, value: &Value, settings: &mut Vec<Setting>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                leaves(format!("{key}.{name}"), value, settings);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for (index, item) in items.iter().enumerate() {
                let name = NAMES.iter().find_map(|name| item.get(name)?.as_str());
                let name = name.map_or_else(|| index.to_string(), str::to_owned);
                add(format!("{key}.{name}"), item, settings);
            }
        }
        value => add(key, value, settings),
    }
}

fn add(mut key: String, value: &Value, settings: &mut Vec<Setting>) {
    // Two queues of one name, say: a producer and a consumer are lists of their own, but nothing
    // keeps a list from naming one twice.
    while settings.iter().any(|setting| setting.key == key) {
        key.push('\'');
    }
    settings.push(Setting { key, value: ordered(value).to_string() });
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
[server]
name = "A server"
instructions = "Be careful."
[identity]
issuer = "https://login.example.com"
client_id = { var = "ID" }
[limits]
tool_timeout = "5m"
[[clients]]
name = "one"
id = "app"
redirect_uris = ["https://app.example.com/cb"]
[policies.staff]
groups = ["staff"]
[[dev.users]]
email = "ada@example.com"
[wrangler.vars]
STAFF = "ada@example.com"
[wrangler.triggers]
crons = ["0 3 * * *"]
[cron.nightly]
schedule = "0 6 * * *"
[queues.jobs]
[queues.mails]
max_retries = 5
[email]
[secrets]
API_KEY = "key of the order service"
[[wrangler.d1_databases]]
database_name = "x"
binding = "DB"
[env.preview.identity]
issuer = "https://preview.example.com"
[env.preview.limits]
tool_timeout = "1m"
"#;

    #[test]
    fn what_vouches_lets_in_and_is_reached_is_locked_key_by_key() {
        let settings = all(FILE).expect("TOML");
        let lines: Vec<_> =
            settings.iter().map(|one| format!("{} = {}", one.key, one.value)).collect();
        assert_eq!(
            lines,
            [
                "clients.app = { id = \"app\", name = \"one\", redirect_uris = [\"https://app.example.com/cb\"] }",
                "cron.nightly.schedule = \"0 6 * * *\"",
                "email = {}",
                "env.preview.identity.issuer = \"https://preview.example.com\"",
                "identity.client_id.var = \"ID\"",
                "identity.issuer = \"https://login.example.com\"",
                "queues.jobs = {}",
                "queues.mails.max_retries = 5",
                "secrets.API_KEY = \"key of the order service\"",
                "server.instructions = \"Be careful.\"",
                "wrangler.d1_databases.DB = { binding = \"DB\", database_name = \"x\" }",
                "wrangler.triggers.crons = [\"0 3 * * *\"]",
                "wrangler.vars.STAFF = \"ada@example.com\"",
            ]
        );
    }
}
