//! `[env.<name>]`: what one environment has of its own, over the rest of the file.
//!
//! The two are merged before anything is checked, with the places of the file, so that an environment
//! is checked as the whole that it is.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::checked::Environment;
use super::text::LONGEST_LABEL;
use super::value::{Entry, Section, names, shown};
use super::wrangler::open_table;
use super::{keys, shared, whole};
use crate::diagnostic::{Code, Diagnostic, Fault, Sink};
use crate::suggest;

/// Keys of `wrangler.jsonc` that wrangler reads outside of its environments only.
pub(crate) const TOP_LEVEL_ONLY: &[&str] = &[
    "$schema",
    "alias",
    "dependencies_instrumentation",
    "dev",
    "keep_vars",
    "send_metrics",
    "site",
];

/// Reads every environment. `document` is the table of `root`.
pub(super) fn read(
    root: &Section<'_, '_>,
    document: &DeTable<'_>,
    source: &str,
    sink: &Sink,
) -> Vec<Environment> {
    let mut environments = Vec::new();
    for entry in root.section("env").entries() {
        check_name(&entry);
        let Some(overlay) = entry.value.open(entry.key_span.clone()) else { continue };
        check_keys(&overlay);
        let DeValue::Table(table) = entry.value.raw() else { continue };
        let merged = over(document, table);
        let own = Sink::default();
        let merged = Section::root(&merged, &own);
        let checked = whole::read(&merged, source);
        shared::check(root, &merged, entry.key);
        let overlay = Overlay { name: entry.key, table };
        take_over(own.into_diagnostics(), &overlay, sink);
        environments
            .extend(checked.map(|checked| Environment { name: entry.key.to_owned(), checked }));
    }
    environments
}

/// Where the faults of an environment are told apart from those of the file.
struct Overlay<'a, 'i> {
    name: &'a str,
    table: &'a DeTable<'i>,
}

/// Adds the faults that the file does not have without the overlay.
fn take_over(faults: Vec<Diagnostic>, overlay: &Overlay<'_, '_>, sink: &Sink) {
    let new: Vec<_> = faults.into_iter().filter(|fault| !sink.has(fault)).collect();
    for mut fault in new {
        if !stands_in(overlay.table, &fault.span) {
            // What is at fault stands elsewhere, and is none without the overlay.
            fault.message = format!("in `[env.{}]`: {}", overlay.name, fault.message);
        }
        sink.push(fault);
    }
}

fn stands_in(table: &DeTable<'_>, span: &Range<usize>) -> bool {
    let within = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    table.iter().any(|(key, value)| {
        let inner = value.get_ref().as_table();
        within(key.span())
            || within(value.span())
            || inner.is_some_and(|inner| stands_in(inner, span))
    })
}

/// The name goes into that of the Worker, `<worker>-<name>`.
fn check_name(entry: &Entry<'_, '_>) {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let name = entry.key;
    let sound = (1..=LONGEST_LABEL).contains(&name.len()) && name.bytes().all(allowed);
    if !sound || name.starts_with('-') || name.ends_with('-') {
        let message = format!("`{}` is not a name of an environment", shown(name));
        let help =
            "names are lower-case letters, digits and `-`, for example `[env.preview.server]`";
        entry.report_key(Fault::new(Code::InvalidEnvironmentName, message, help));
    }
}

fn check_keys(overlay: &Section<'_, '_>) {
    for entry in overlay.entries().filter(|entry| !keys::OVERLAID.contains(&entry.key)) {
        entry.report_key(not_overlaid(entry.key));
    }
    let wrangler = overlay.get("wrangler").and_then(|value| open_table(&value));
    for entry in wrangler.iter().flat_map(Section::entries) {
        if TOP_LEVEL_ONLY.contains(&entry.key) && entry.key != "$schema" {
            let message = format!("wrangler has one `{}` for all environments", entry.key);
            let help = "write it into `[wrangler]`";
            entry.report_key(Fault::new(Code::SameEverywhere, message, help));
        }
    }
}

fn not_overlaid(key: &str) -> Fault {
    let help = match key {
        "policies" => {
            "policies are reviewed once for every environment, in mcp.lock; take people that differ \
             from a variable, by `emails_from`"
        }
        "quotas" => "quotas are reviewed once for every environment, in mcp.lock",
        "connections" => {
            "connections are reviewed once for every environment, in mcp.lock; take a client id that differs \
             from a variable, by `client_id = { var = \"…\" }`"
        }
        "never" | "always" => "invariants hold in every environment: write them at the top level",
        "clients" => "list the client in `[[clients]]`, for every environment",
        "enterprise" | "workloads" => {
            "who comes without a sign-in is reviewed once for every environment, in mcp.lock"
        }
        "dev" => "leave it out: nothing of `[dev]` is deployed",
        _ => {
            let help = match suggest::nearest(key, keys::OVERLAID.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("an environment may have {}", names(keys::OVERLAID)),
            };
            return Fault::new(Code::UnknownKey, format!("unknown key `{}`", shown(key)), help);
        }
    };
    Fault::new(Code::SameEverywhere, format!("`{key}` is the same in every environment"), help)
}

/// The keys that an environment does not take over from the file: two environments are two Workers, and the
/// grants of one are not those of the other.
const UNSHARED: &[(&str, &[&str])] =
    &[("wrangler", &["name"]), ("storage", &["id", "database_name"])];

/// Sections that an environment has whole or not at all if it has this key: what else the file says
/// there is of another provider or storage.
const WHOLE: &[(&str, &str)] = &[("identity", "provider"), ("storage", "kind")];

/// Keys of a section that the overlay replaces as a whole: what it leaves out is left out.
const REPLACED: &[(&str, &str)] = &[("limits", "hosted")];

/// The file as it is in the environment.
fn over<'i>(document: &DeTable<'i>, overlay: &DeTable<'i>) -> DeTable<'i> {
    let mut base = DeTable::new();
    for (key, value) in document.iter().filter(|(key, _)| key.get_ref() != "env") {
        let name = key.get_ref().as_ref();
        if replaces(overlay, name) {
            continue;
        }
        let value = match (dropped(overlay, name), value.get_ref()) {
            (keys, DeValue::Table(table)) if !keys.is_empty() => {
                Spanned::new(value.span(), DeValue::Table(without(table, &keys)))
            }
            _ => value.clone(),
        };
        base.insert(key.clone(), value);
    }
    let is_allowed = |key: &str| keys::OVERLAID.contains(&key);
    let allowed = overlay.iter().filter(|(key, _)| is_allowed(key.get_ref()));
    merge(&base, &allowed.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// The keys of a section that the environment does not take over.
fn dropped(overlay: &DeTable<'_>, section: &str) -> Vec<&'static str> {
    let own = overlay.get(section).and_then(|own| own.get_ref().as_table());
    let unshared = UNSHARED.iter().filter(|(name, _)| *name == section).flat_map(|(_, keys)| *keys);
    let is_replaced = |(name, key): &&(&str, &str)| {
        *name == section && own.is_some_and(|own| own.contains_key(*key))
    };
    let replaced = REPLACED.iter().filter(is_replaced).map(|(_, key)| *key);
    unshared.copied().chain(replaced).collect()
}

fn replaces(overlay: &DeTable<'_>, section: &str) -> bool {
    let whole = WHOLE.iter().find(|(name, _)| *name == section);
    let own = overlay.get(section).and_then(|own| own.get_ref().as_table());
    own.zip(whole).is_some_and(|(own, (_, key))| own.contains_key(*key))
}

fn without<'i>(table: &DeTable<'i>, keys: &[&str]) -> DeTable<'i> {
    let others = table.iter().filter(|(key, _)| !keys.contains(&key.get_ref().as_ref()));
    others.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Tables key by key, anything else by replacing; with the places of the overlay where it says
/// something.
fn merge<'i>(base: &DeTable<'i>, overlay: &DeTable<'i>) -> DeTable<'i> {
    let mut merged = DeTable::new();
    for (key, value) in base {
        let Some((own_key, own)) = overlay.get_key_value(key.get_ref().as_ref()) else {
            merged.insert(key.clone(), value.clone());
            continue;
        };
        let value = match (value.get_ref(), own.get_ref()) {
            (DeValue::Table(base), DeValue::Table(overlay)) => {
                Spanned::new(own.span(), DeValue::Table(merge(base, overlay)))
            }
            _ => own.clone(),
        };
        merged.insert(own_key.clone(), value);
    }
    for (key, value) in overlay {
        if !base.contains_key(key.get_ref().as_ref()) {
            merged.insert(key.clone(), value.clone());
        }
    }
    merged
}
