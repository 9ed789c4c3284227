//! The names of generated bindings, which variables and other bindings must not take.

use super::value::{Section, Value, shown};
use super::wrangler::{elements, open_table};
use crate::diagnostic::{Code, Fault};
use crate::model::Storage;
use crate::names::{OBJECT_BINDING, is_generated_binding};
use crate::redact::is_secret_name;

/// `[wrangler.vars]` and bindings must not take the names that the server uses.
pub(crate) fn check_names(root: &Section<'_, '_>, secrets: &[&str], storage: Option<&Storage>) {
    let Some(section) = root.get("wrangler").and_then(|value| open_table(&value)) else { return };
    let vars = section.get("vars").and_then(|vars| open_table(&vars));
    for entry in vars.iter().flat_map(Section::entries) {
        if secrets.contains(&entry.key) || is_secret_name(entry.key) {
            entry.value.report(secret_in_vars(entry.key));
        }
        if is_binding(storage, entry.key) {
            entry.report_key(taken(entry.key));
        }
    }
    for (binding, name) in bindings(&section) {
        if is_binding(storage, name) {
            binding.report(taken(name));
        }
    }
}

/// The names of the bindings of one's own: in `[wrangler]`, and of `[queues.<name>]`.
pub(crate) fn names<'a>(root: &Section<'a, '_>) -> Vec<&'a str> {
    let of_queues = of_queues(root, "binding");
    let of_queues = of_queues.into_iter().filter_map(|value| value.raw().as_str());
    wrangler_names(root).into_iter().chain(of_queues).collect()
}

/// The values of a key of every `[queues.<name>]`.
pub(crate) fn of_queues<'a, 'i>(root: &Section<'a, 'i>, key: &str) -> Vec<Value<'a, 'i>> {
    let queues = root.get("queues").and_then(|value| open_table(&value));
    let tables = queues.iter().flat_map(Section::entries);
    tables.filter_map(|entry| open_table(&entry.value)?.get(key)).collect()
}

/// The names of the bindings in `[wrangler]`.
pub(crate) fn wrangler_names<'a>(root: &Section<'a, '_>) -> Vec<&'a str> {
    let section = root.get("wrangler").and_then(|value| open_table(&value));
    section.iter().flat_map(bindings).map(|(_, name)| name).collect()
}

/// Every table of `[wrangler]` that names a binding, with the name.
fn bindings<'a, 'i>(wrangler: &Section<'a, 'i>) -> Vec<(Value<'a, 'i>, &'a str)> {
    let mut found = Vec::new();
    for entry in wrangler.entries().filter(|entry| entry.key != "vars") {
        bindings_in(&entry.value, &mut found);
    }
    found
}

fn bindings_in<'a, 'i>(value: &Value<'a, 'i>, found: &mut Vec<(Value<'a, 'i>, &'a str)>) {
    for item in elements(Some(value.clone())) {
        bindings_in(&item, found);
    }
    let Some(table) = open_table(value) else { return };
    for entry in table.entries() {
        match entry.value.raw().as_str() {
            Some(name) if names_binding(value, entry.key, name) => {
                found.push((value.clone(), name));
            }
            _ => bindings_in(&entry.value, found),
        }
    }
}

/// True where a key of a table names its binding: `binding` does in most kinds, `name` in rate
/// limiters and Durable Objects. The server's own object is checked with its class.
fn names_binding(table: &Value<'_, '_>, key: &str, name: &str) -> bool {
    let limiter = table.path.starts_with("wrangler.ratelimits");
    let object = table.path.starts_with("wrangler.durable_objects") && name != OBJECT_BINDING;
    key == "binding" || (key == "name" && (limiter || object))
}

fn secret_in_vars(name: &str) -> Fault {
    let name = shown(name);
    let message = format!("`{name}` is a secret, and everybody can read `[wrangler.vars]`");
    let help = format!(
        "remove it, and set it with `cargo toolgate wrangler -- secret put {name}`; a secret of your own \
         is listed in `[secrets]`\na secret that was committed once must be replaced"
    );
    Fault::new(Code::SecretInVars, message, help)
}

/// As [`is_generated_binding`], or the storage's binding.
pub(crate) fn is_binding(storage: Option<&Storage>, name: &str) -> bool {
    is_generated_binding(name) || storage.is_some_and(|storage| storage.binding == name)
}

fn taken(name: &str) -> Fault {
    let message = format!("binding `{name}` is generated");
    Fault::new(Code::WranglerCollision, message, "use another name")
}
