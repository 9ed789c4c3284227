//! Changes of `mcp.toml` from version to version, oldest first. A change is never taken out of the
//! list: it is what an old file needs.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toolgate_config::SCHEMA_VERSION;
use toolgate_config::deploy::WORKER_BUILD_VERSION;

use super::secrets;
use crate::schema::DIRECTIVE;

/// One change of a file.
pub(super) struct Migration {
    pub(super) title: &'static str,
    pub(super) why: &'static str,
    /// The text with the change; `None` where there is nothing to change.
    pub(super) change: fn(&str, &DeTable<'_>) -> Option<String>,
}

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        title: "mcp.toml names its JSON Schema",
        why: "editors complete and explain the keys by it; `cargo toolgate sync` writes it into .toolgate",
        change: directive,
    },
    Migration {
        title: "the build command of [wrangler] takes the worker-build of this Toolgate",
        why: "worker-build must understand the `worker` crate that toolgate depends on",
        change: worker_build,
    },
    Migration {
        title: "the server's own secrets stand in [secrets], each with its purpose",
        why: "setup, doctor and .dev.vars.example tell the purposes. Those below say nothing yet: edit them. An \
              environment has the secrets of the file and its own, so it may need more of them than before",
        change: secrets::moved,
    },
    Migration {
        title: "mcp.toml says of which version its keys are",
        why: "so that a later Toolgate knows what to change, and an older one refuses the file instead of misreading it",
        change: version,
    },
];

/// The version that a file says.
pub(super) fn version_of(document: &DeTable<'_>) -> Option<i64> {
    let integer = document.get("schema_version")?.get_ref().as_integer()?;
    i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
}

/// Version 1, for files from before: whoever removed the line afterwards meant it.
fn directive(text: &str, document: &DeTable<'_>) -> Option<String> {
    let is_older = version_of(document).is_none();
    (is_older && !body(text).starts_with("#:schema")).then(|| {
        let line_break = line_break(text);
        let (mark, body) = text.split_at(text.len() - body(text).len());
        format!("{mark}{DIRECTIVE}{line_break}{line_break}{body}")
    })
}

/// Of any version: a command of one's own keeps what it once said.
fn worker_build(text: &str, document: &DeTable<'_>) -> Option<String> {
    const NAME: &str = "worker-build@";
    let build = document.get("wrangler")?.get_ref().as_table()?.get("build")?.get_ref();
    let command = build.as_table()?.get("command")?;
    let DeValue::String(_) = command.get_ref() else { return None };
    let Range { start, end } = command.span();
    let old = text.get(start..end)?;
    let (_, after) = old.split_once(NAME)?;
    let length = after.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
    let found = &after[..length.unwrap_or(after.len())];
    if found == WORKER_BUILD_VERSION {
        return None;
    }
    let new = old.replace(&format!("{NAME}{found}"), &format!("{NAME}{WORKER_BUILD_VERSION}"));
    Some(format!("{}{new}{}", &text[..start], &text[end..]))
}

/// The number of an older version, or the key, above the first section and what is said about that one.
fn version(text: &str, document: &DeTable<'_>) -> Option<String> {
    if let Some(value) = document.get("schema_version") {
        let is_older =
            version_of(document).is_some_and(|found| (1..SCHEMA_VERSION).contains(&found));
        let Range { start, end } = value.span();
        return is_older.then(|| format!("{}{SCHEMA_VERSION}{}", &text[..start], &text[end..]));
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_comment = |line: &str| body(line).trim_start().starts_with('#');
    let is_empty = |line: &str| body(line).trim().is_empty();
    let first = lines.iter().position(|line| !is_comment(line) && !is_empty(line));
    let mut at = first.unwrap_or(lines.len());
    let is_directive = |line: &str| body(line).starts_with("#:schema");
    while at > 0 && is_comment(lines[at - 1]) && !is_directive(lines[at - 1]) {
        at -= 1;
    }
    let (mut before, after) = (lines[..at].concat(), lines[at..].concat());
    let line_break = line_break(text);
    if !before.is_empty() && !before.ends_with('\n') {
        before.push_str(line_break);
    }
    if at > 0 && !is_empty(lines[at - 1]) {
        before.push_str(line_break);
    }
    let (mark, after) = after.split_at(after.len() - body(&after).len());
    Some(format!("{before}{mark}schema_version = {SCHEMA_VERSION}{line_break}{line_break}{after}"))
}

/// Without the mark that some editors put in front of a file.
fn body(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The line break of a text.
pub(super) fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
