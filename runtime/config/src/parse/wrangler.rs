//! `[wrangler]`: what is passed through, and what must not be.

use toml::de::DeValue;

use super::text::{LONGEST_LABEL, prose};
use super::value::{Section, Value, shown};
use crate::binding_lists;
use crate::diagnostic::{Code, Fault};
use crate::names::{OBJECT_BINDING, OBJECT_CLASS, OBJECT_MIGRATION};

/// The flag that keeps `fetch` from reaching the Worker's own zone behind Cloudflare's back:
/// client metadata documents are fetched from addresses that strangers choose.
pub(crate) const STRICT_FETCH: &str = "global_fetch_strictly_public";

/// The flag that undoes [`STRICT_FETCH`].
const LOOSE_FETCH: &str = "global_fetch_private_origin";

/// Keys that other parts of the generated server rely on, and why.
const FIXED: &[(&str, &str)] = &[
    ("$schema", "it belongs to the wrangler version that the file is generated for"),
    ("main", "worker-build always writes `build/index.js`"),
];

/// Keys that would break the generated server, and why.
const UNSUPPORTED: &[(&str, &str)] = &[
    (
        "env",
        "environments of wrangler do not inherit bindings, so the server would lose its Durable \
         Object and secrets there; write `[env.NAME]` at the top level of mcp.toml, from which a whole \
         one is generated",
    ),
    (
        "exports",
        "wrangler takes either `exports` or `migrations`, and the migrations are generated",
    ),
];

/// `required` of `[wrangler.secrets]` was the list of own secrets up to version 1.
const MOVED_SECRETS: &str = "write each name into `[secrets]`, of an environment into `[env.NAME.secrets]`, with \
    its purpose: `STATUS_TOKEN = \"token of the status page\"`; `cargo toolgate upgrade` moves the names";

pub(crate) fn read(root: &Section<'_, '_>) -> Option<toml::Table> {
    let section = root.section("wrangler");
    let mut table = toml::Table::new();
    let mut sound = true;
    for entry in section.entries() {
        let fault =
            |code, message: String, help: &str| entry.report_key(Fault::new(code, message, help));
        if let Some((key, reason)) = FIXED.iter().find(|(key, _)| *key == entry.key) {
            fault(
                Code::WranglerCollision,
                format!("`{key}` is generated"),
                &format!("remove it: {reason}"),
            );
        } else if entry.key == "secrets" {
            fault(
                Code::WranglerCollision,
                "`wrangler.secrets` is generated from `[secrets]`".to_owned(),
                MOVED_SECRETS,
            );
        } else if let Some((key, reason)) = UNSUPPORTED.iter().find(|(key, _)| *key == entry.key) {
            fault(Code::WranglerUnsupported, format!("`wrangler.{key}` is not supported"), reason);
        } else if let Some(value) = to_value(&entry.value) {
            table.insert(entry.key.to_owned(), value);
            continue;
        }
        sound = false;
    }
    check_types(&section);
    check_flags(&section);
    check_objects(&section);
    check_migrations(&section);
    sound.then_some(table)
}

/// The value for JSON: dates become text; infinities and NaN have no form there.
pub(crate) fn to_value(value: &Value<'_, '_>) -> Option<toml::Value> {
    Some(match value.raw() {
        DeValue::String(text) => toml::Value::String(text.clone().into_owned()),
        DeValue::Integer(_) => toml::Value::Integer(value.integer()?),
        DeValue::Float(float) => {
            let number = float.as_str().replace('_', "").parse().unwrap_or(f64::NAN);
            if !f64::is_finite(number) {
                return value.wrong_type("a number that JSON can express", "write a finite number");
            }
            toml::Value::Float(number)
        }
        DeValue::Boolean(boolean) => toml::Value::Boolean(*boolean),
        DeValue::Datetime(date) => toml::Value::String(date.to_string()),
        DeValue::Array(_) => {
            toml::Value::Array(value.items()?.iter().map(to_value).collect::<Option<_>>()?)
        }
        DeValue::Table(_) => {
            let mut table = toml::Table::new();
            for entry in value.open(value.span())?.entries() {
                table.insert(entry.key.to_owned(), to_value(&entry.value)?);
            }
            toml::Value::Table(table)
        }
    })
}

/// Generated tables, arrays, and arrays in tables other than those of bindings: `[wrangler]` adds to them.
const TABLES: &[&str] = &["build", "observability", "triggers", "dev", "vars"];
const ARRAYS: &[&str] = &["compatibility_flags", "migrations"];
const NESTED_ARRAYS: &[(&str, &str)] = &[("triggers", "crons")];

/// A value that is merged with generated tables and arrays must be a table or an array itself.
fn check_types(section: &Section<'_, '_>) {
    let mut tables = TABLES.to_vec();
    let mut arrays = ARRAYS.to_vec();
    let mut nested_arrays = NESTED_ARRAYS.to_vec();
    for list in binding_lists::GENERATED {
        match *list.path {
            [table, key] => {
                tables.push(table);
                nested_arrays.push((table, key));
            }
            [key] => arrays.push(key),
            _ => {}
        }
    }
    for value in tables.iter().filter_map(|key| section.get(key)) {
        value.open(value.span());
    }
    let nested_arrays = nested_arrays.iter().filter_map(|(table, key)| nested(section, table, key));
    for value in arrays.iter().filter_map(|key| section.get(key)).chain(nested_arrays) {
        value.items();
    }
    if let Some(value) = nested(section, "build", "command") {
        value.text(prose);
    }
    if let Some(value) =
        section.get("compatibility_date").filter(|value| !value.raw().is_datetime())
    {
        value.text(date);
    }
    if let Some(value) = section.get("name") {
        value.text(worker_name);
    }
}

fn date(text: &str) -> Result<(), Fault> {
    let digits =
        |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2) => Ok(()),
        _ => {
            let message = format!("`{}` is not a date", shown(text));
            Err(Fault::new(Code::InvalidText, message, "write it as `2026-11-17`"))
        }
    }
}

fn check_flags(section: &Section<'_, '_>) {
    for flag in elements(section.get("compatibility_flags")) {
        if flag.raw().as_str() == Some(LOOSE_FETCH) {
            let message = format!("`{LOOSE_FETCH}` undoes `{STRICT_FETCH}`");
            let help = "remove it: the server fetches addresses that its clients choose";
            flag.report(Fault::new(Code::WranglerUnsupported, message, help));
        }
    }
}

fn check_objects(section: &Section<'_, '_>) {
    for binding in elements(nested(section, "durable_objects", "bindings")) {
        let Some(table) = binding.open(binding.span()) else { continue };
        let text = |key| table.get(key).and_then(|value| value.raw().as_str());
        if text("name") == Some(OBJECT_BINDING) || text("class_name") == Some(OBJECT_CLASS) {
            let message = format!("`{OBJECT_BINDING}` and `{OBJECT_CLASS}` are generated");
            let help = "use another name and another class";
            binding.report(Fault::new(Code::WranglerCollision, message, help));
        }
    }
}

fn check_migrations(section: &Section<'_, '_>) {
    for migration in elements(section.get("migrations")) {
        let Some(table) = migration.open(migration.span()) else { continue };
        let tag = table.get("tag");
        if let Some(tag) = tag.filter(|tag| tag.raw().as_str() == Some(OBJECT_MIGRATION)) {
            let message = format!("migration `{OBJECT_MIGRATION}` is generated");
            let help = format!("it creates `{OBJECT_CLASS}`; begin your own with `v2`");
            tag.report(Fault::new(Code::WranglerCollision, message, help));
        }
        for change in table.entries().filter(|entry| entry.key != "tag") {
            if mentions_object(change.value.raw()) {
                let message = format!("a migration changes `{OBJECT_CLASS}`");
                let help =
                    "leave it out: deleting or renaming the class loses every grant and session";
                change.value.report(Fault::new(Code::WranglerCollision, message, help));
            }
        }
    }
}

fn mentions_object(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(text) => text == OBJECT_CLASS,
        DeValue::Array(array) => array.iter().any(|value| mentions_object(value.get_ref())),
        DeValue::Table(table) => table.iter().any(|(_, value)| mentions_object(value.get_ref())),
        _ => false,
    }
}

fn nested<'a, 'i>(section: &Section<'a, 'i>, table: &str, key: &str) -> Option<Value<'a, 'i>> {
    open_table(&section.get(table)?)?.get(key)
}

/// The table, if it is one; another type is reported by [`check_types`] or wrangler.
pub(crate) fn open_table<'a, 'i>(value: &Value<'a, 'i>) -> Option<Section<'a, 'i>> {
    value.raw().is_table().then(|| value.open(value.span())).flatten()
}

/// The elements, if it is an array; another type is reported by [`check_types`].
pub(crate) fn elements<'a, 'i>(value: Option<Value<'a, 'i>>) -> Vec<Value<'a, 'i>> {
    value.filter(|value| value.raw().is_array()).and_then(|value| value.items()).unwrap_or_default()
}

/// Name of a Worker: a label of `<name>.<account>.workers.dev`.
pub(crate) fn worker_name(text: &str) -> Result<String, Fault> {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let sound = (1..=LONGEST_LABEL).contains(&text.len()) && text.bytes().all(allowed);
    if sound && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not a name of a Worker", shown(text));
    let help = "names are up to 63 lower-case letters, digits, `-` and `_`; \
                set one with `name = \"…\"` in `[wrangler]`";
    Err(Fault::new(Code::InvalidWorkerName, message, help))
}
