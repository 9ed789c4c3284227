//! Changes between two `mcp.lock`, as a reviewer wants to hear them.

use std::collections::BTreeMap;

use toolgate_policy::EVERYONE;

use super::file::{Function, FunctionKind, Lock, PUBLIC, Policy, Setting};
use super::{quota, schema, triggers};

/// Weight of a change; the first are told first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    OpenToEveryone,
    /// By whose word people are who they are.
    Vouched,
    WhoMay,
    Rule,
    /// Which clients may come, and for how long what they get is good.
    Clients,
    New,
    /// Everything that the server reaches, and the targets of its events.
    Reach,
    Hint,
    Schema,
    Words,
    Gone,
}

type Change = (Weight, String);

/// One line for each change, the most dangerous first.
pub fn changes(old: &Lock, new: &Lock) -> Vec<String> {
    changes_with(old, new, &BTreeMap::new())
}

/// The same; `told` says of policies who gains and who loses by their new rules.
pub(super) fn changes_with(old: &Lock, new: &Lock, told: &BTreeMap<String, String>) -> Vec<String> {
    let mut changes = policies(&old.policies, &new.policies, told);
    changes.extend(settings(&old.settings, &new.settings));
    for (kind, function) in new.functions() {
        let name = named(kind, &function.name);
        match old.function(kind, &function.name) {
            Some(before) => {
                let found = of_function(kind, before, function).into_iter();
                changes.extend(found.map(|(weight, what)| (weight, format!("{name}{what}"))));
            }
            None => changes.push(added(&name, function)),
        }
    }
    for (kind, function) in old.functions() {
        if new.function(kind, &function.name).is_none() {
            changes.push((Weight::Gone, format!("{} is gone", named(kind, &function.name))));
        }
    }
    let found = triggers::changes(&old.triggers, &new.triggers).into_iter();
    changes.extend(found.map(|line| (Weight::Reach, line)));
    // Stable: within one weight the order is that of the file.
    changes.sort_by_key(|(weight, _)| *weight);
    changes.into_iter().map(|(_, line)| line).collect()
}

/// Tools are what there is most of.
fn named(kind: FunctionKind, name: &str) -> String {
    match kind {
        FunctionKind::Tool => format!("`{name}`"),
        other => format!("{} `{name}`", other.as_str()),
    }
}

fn added(name: &str, function: &Function) -> Change {
    let policy = &function.policy;
    let weight =
        if policy == EVERYONE || policy == PUBLIC { Weight::OpenToEveryone } else { Weight::New };
    let mut what = format!("{name} is new, allowed to `{policy}`");
    if !function.as_caller.is_empty() {
        what.push_str(&format!(", and acts as the caller at {}", function.as_caller.join(", ")));
    }
    if !function.connections.is_empty() {
        let names = function.connections.join(", ");
        what.push_str(&format!(", and uses the caller's accounts at {names}"));
    }
    (weight, what)
}

fn settings(old: &[Setting], new: &[Setting]) -> Vec<Change> {
    let find = |all: &[Setting], key: &str| -> Option<String> {
        all.iter().find(|setting| setting.key == key).map(|setting| setting.value.clone())
    };
    let mut changes = Vec::new();
    for Setting { key, value } in new {
        let what = match find(old, key) {
            Some(before) if before == *value => continue,
            Some(before) => format!("setting `{key}` is now {value}, was {before}"),
            None => format!("setting `{key}` is new: {value}"),
        };
        changes.push((weight(key), what));
    }
    let gone = old.iter().filter(|setting| find(new, &setting.key).is_none());
    changes.extend(gone.map(|Setting { key, value }| {
        (weight(key), format!("setting `{key}` is gone, was {value}"))
    }));
    changes
}

/// Weight of a setting; those of an environment weigh as much as those of the file.
fn weight(key: &str) -> Weight {
    let own = key.strip_prefix("env.").and_then(|rest| rest.split_once('.'));
    let key = own.map_or(key, |(_, key)| key);
    match key.split('.').next() {
        Some("identity") => Weight::Vouched,
        // Addresses of the identity provider, and the people of `emails_from`.
        Some("wrangler") if key.starts_with("wrangler.vars.") => Weight::Vouched,
        Some("clients" | "registration" | "tokens" | "transport") => Weight::Clients,
        Some("server") => Weight::Words,
        _ => Weight::Reach,
    }
}

fn policies(old: &[Policy], new: &[Policy], told: &BTreeMap<String, String>) -> Vec<Change> {
    let find = |all: &[Policy], name: &str| -> Option<String> {
        all.iter().find(|policy| policy.name == name).map(|policy| policy.rule.clone())
    };
    let mut changes = Vec::new();
    for Policy { name, rule } in new {
        let what = match find(old, name) {
            Some(before) if before == *rule => continue,
            Some(before) => {
                let told = told.get(name).map(|told| format!(": {told}")).unwrap_or_default();
                format!("policy `{name}` is now `{rule}`, was `{before}`{told}")
            }
            None => format!("policy `{name}` is used now: `{rule}`"),
        };
        changes.push((Weight::Rule, what));
    }
    let gone = old.iter().filter(|policy| find(new, &policy.name).is_none());
    changes.extend(gone.map(|policy| {
        (Weight::Gone, format!("policy `{}` is gone, or guards nothing any more", policy.name))
    }));
    changes
}

/// Changes of one function, without its name.
fn of_function(kind: FunctionKind, old: &Function, new: &Function) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.policy != new.policy {
        let opened = new.policy == EVERYONE || new.policy == PUBLIC;
        let weight = if opened { Weight::OpenToEveryone } else { Weight::WhoMay };
        let line = format!(" is now allowed to `{}`, was `{}`", new.policy, old.policy);
        changes.push((weight, line));
    }
    if old.proof != new.proof {
        let words = |proof: &Option<String>| proof.clone().unwrap_or_else(|| "nothing".to_owned());
        let line = format!(" is now proven by {}, was {}", words(&new.proof), words(&old.proof));
        changes.push((Weight::WhoMay, line));
    }
    for (hint, old, new) in [
        ("read-only", old.read_only, new.read_only),
        ("destructive", old.destructive, new.destructive),
        ("idempotent", old.idempotent, new.idempotent),
        ("open-world", old.open_world, new.open_world),
    ] {
        changes.extend(of_hint(hint, old, new).map(|line| (Weight::Hint, line)));
    }
    if old.task != new.task {
        let what = match new.task.as_deref() {
            Some("required") => " runs only as a task now",
            Some(_) => " may run as a task now",
            None => " no longer runs as a task",
        };
        changes.push((Weight::Hint, what.to_owned()));
    }
    changes.extend(of_hosts(&old.as_caller, &new.as_caller));
    changes.extend(of_connections(&old.connections, &new.connections));
    let weight = if new.quota.is_none() { Weight::WhoMay } else { Weight::Hint };
    let quota = quota::change(old.quota.as_deref(), new.quota.as_deref());
    changes.extend(quota.map(|line| (weight, line)));
    changes.extend(of_schemas(kind, old, new));
    changes.extend(of_hashes(old, new));
    changes.extend(of_texts(old, new));
    changes
}

/// Hosts at which it acts as its caller: another one is more that it may do.
fn of_hosts(old: &[String], new: &[String]) -> Option<Change> {
    if old == new {
        return None;
    }
    let line = match new {
        [] => " no longer acts as the caller".to_owned(),
        hosts => format!(" acts as the caller at {} now", hosts.join(", ")),
    };
    let is_more = new.iter().any(|host| !old.contains(host));
    Some((if is_more { Weight::WhoMay } else { Weight::Hint }, line))
}

/// Connections whose accounts of its caller it uses, as with hosts.
fn of_connections(old: &[String], new: &[String]) -> Option<Change> {
    if old == new {
        return None;
    }
    let line = match new {
        [] => " no longer uses accounts of the caller".to_owned(),
        names => format!(" uses the caller's accounts at {} now", names.join(", ")),
    };
    let is_more = new.iter().any(|name| !old.contains(name));
    Some((if is_more { Weight::WhoMay } else { Weight::Hint }, line))
}

fn of_hint(hint: &str, old: Option<bool>, new: Option<bool>) -> Option<String> {
    if old == new {
        return None;
    }
    Some(match (old, new) {
        (_, Some(true)) => format!(" is now {hint}"),
        (Some(true), _) => format!(" is no longer {hint}"),
        (_, Some(false)) => format!(" is now said not to be {hint}"),
        (_, None) => format!(" is no longer said not to be {hint}"),
    })
}

fn of_schemas(kind: FunctionKind, old: &Function, new: &Function) -> Vec<Change> {
    let taken = if kind == FunctionKind::Tool { "input schema" } else { "arguments" };
    let schemas = [
        (taken, &old.schema, &new.schema),
        ("output schema", &old.output_schema, &new.output_schema),
    ];
    let mut changes = Vec::new();
    for (what, old, new) in schemas.into_iter().filter(|(_, old, new)| old != new) {
        let lines = match (old, new) {
            (Some(old), Some(new)) => schema::changes(old, new),
            (None, _) => vec!["is there now".to_owned()],
            (_, None) => vec!["is gone".to_owned()],
        };
        changes.extend(lines.iter().map(|line| (Weight::Schema, format!(": {what}: {line}"))));
    }
    changes
}

/// Changes of what the lock file has only the hash of, and of what takes no words.
fn of_hashes(old: &Function, new: &Function) -> Vec<Change> {
    [
        (Weight::Words, "description", old.description != new.description),
        (Weight::Words, "icons", old.icons != new.icons),
        (Weight::Words, "audience", old.audience != new.audience),
        (Weight::Words, "priority", old.priority != new.priority),
    ]
    .into_iter()
    .filter(|(.., changed)| *changed)
    .map(|(weight, what, _)| (weight, format!(": {what} changed")))
    .collect()
}

fn of_texts(old: &Function, new: &Function) -> Vec<Change> {
    let shown = |text: &Option<String>| match text {
        Some(text) => format!("`{text}`"),
        None => "absent".to_owned(),
    };
    [
        ("URI", &old.uri, &new.uri),
        ("media type", &old.mime_type, &new.mime_type),
        ("title", &old.title, &new.title),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(what, old, new)| {
        (Weight::Words, format!(": {what} is now {}, was {}", shown(new), shown(old)))
    })
    .collect()
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
