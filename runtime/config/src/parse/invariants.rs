//! `[[never]]` and `[[always]]`: who may never call something, or always may.

use toml::de::DeValue;

use super::claims::ClaimName;
use super::condition::{self, Named};
use super::references;
use super::value::{Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::Invariant;
use crate::render::Position;

/// The invariants, in the order of the file; `None` when one of them has a fault. Policies that they name are
/// looked for among those of the file.
pub(crate) fn read(
    root: &Section<'_, '_>,
    source: &str,
    claims: &mut Vec<ClaimName>,
) -> Option<Vec<Invariant>> {
    let policies = root.section("policies");
    let known: Vec<&str> = policies.entries().map(|entry| entry.key).collect();
    let mut all: Vec<Invariant> = Vec::new();
    let mut sound = true;
    for (key, always) in [("never", false), ("always", true)] {
        let Some(value) = root.get(key) else { continue };
        let DeValue::Array(_) = value.raw() else {
            let help = format!("write `[[{key}]]` for each invariant");
            return value.wrong_type("a list of tables", &help);
        };
        for item in value.items()? {
            let Some(invariant) = invariant(&item, (key, always), (root, &known), source, claims)
            else {
                sound = false;
                continue;
            };
            if all.iter().any(|other| other.name == invariant.name) {
                let message = format!("two invariants are named `{}`", shown(&invariant.name));
                let help = "give each a name of its own: errors tell them apart by it";
                item.report(Fault::new(Code::DuplicateValue, message, help));
                sound = false;
            }
            all.push(invariant);
        }
    }
    all.sort_by_key(|invariant| (invariant.line, invariant.column));
    sound.then_some(all)
}

fn invariant(
    value: &Value<'_, '_>,
    (key, always): (&str, bool),
    (root, known): (&Section<'_, '_>, &[&str]),
    source: &str,
    claims: &mut Vec<ClaimName>,
) -> Option<Invariant> {
    let DeValue::Table(_) = value.raw() else {
        return value.wrong_type("a table", &format!("write `[[{key}]]` and its keys below it"));
    };
    let table = value.open(value.span())?;
    table.refuse_unknown(Invariant::KEYS);
    let (name, strict) = (Invariant::name(&table), Invariant::strict(&table));
    let tools = Invariant::tools(&table);
    let (prompts, resources) = (Invariant::prompts(&table), Invariant::resources(&table));
    let mut named = Named::default();
    let help = "say who: `who = { groups = [\"contractors\"] }`";
    let who = table.require("who", help).and_then(|who| condition::whole(&who, &mut named));
    references::refuse_unknown(root, &named.policies, known);
    claims.append(&mut named.claims);
    if ["tools", "prompts", "resources"].iter().all(|key| table.get(key).is_none()) {
        let message = format!("`[[{key}]]` is about nothing");
        let help =
            "add `tools = [\"delete_*\"]`, `prompts` or `resources`; `*` stands for any characters";
        table.report(table.span.clone(), Fault::new(Code::MissingKey, message, help));
        return None;
    }
    let start = table.entry("name").map_or(table.span.start, |entry| entry.key_span.start);
    let Position { line, column } = Position::of(source, start);
    Some(Invariant {
        name: name?,
        who: who?,
        tools: tools?,
        prompts: prompts?,
        resources: resources?,
        strict: strict?,
        always,
        line,
        column,
    })
}
