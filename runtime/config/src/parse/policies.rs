//! `[policies.<name>]`: who passes.

use std::ops::Range;

use super::condition::{self, Reference};
use super::keys;
use super::references;
use super::text::{policy_name, prose};
use super::value::{Entry, Section};
use crate::model::Policy;

/// A policy and where it stands.
pub(crate) struct Declared {
    pub(crate) policy: Policy,
    /// The name, in the table's header.
    pub(crate) span: Range<usize>,
    /// The policies it refers to.
    pub(crate) references: Vec<Reference>,
}

/// The sound policies, in the order of the file.
pub(crate) fn read(root: &Section<'_, '_>) -> Vec<Declared> {
    let section = root.section("policies");
    let mut policies: Vec<Declared> =
        section.entries().filter_map(|entry| policy(&entry)).collect();
    policies.sort_by_key(|policy| policy.span.start);
    // Faulty policies count as known: a reference to one is not another fault.
    let known: Vec<&str> = section.entries().map(|entry| entry.key).collect();
    references::check(&section, &policies, &known);
    policies
}

fn policy(entry: &Entry<'_, '_>) -> Option<Declared> {
    let name = match policy_name(entry.key) {
        Ok(name) => Some(name),
        Err(fault) => {
            entry.report_key(fault);
            None
        }
    };
    let table = entry.value.open(entry.key_span.clone())?;
    table.refuse_unknown(keys::of("policies.*"));
    let description = table.get("description").and_then(|value| value.text(prose));
    let mut references = Vec::new();
    let rule = condition::read(&table, &mut references);
    let policy = Policy { name: name?, description, rule: rule? };
    Some(Declared { policy, span: entry.key_span.clone(), references })
}
