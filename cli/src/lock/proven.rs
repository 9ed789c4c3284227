//! Proof of which callers gain or lose access when rules change. A rewrite with the same meaning changes nothing.

use std::collections::BTreeMap;

use toml::{Table, Value};
use toolgate_config::Checked;

use super::file::Lock;
use crate::diff::of_policy;

/// By name: policies of both sides with other rules. Empty where the old rules cannot be read any more.
pub(super) fn rules(
    old: &Lock,
    new: &Lock,
    checked: &Checked,
    source: &str,
) -> BTreeMap<String, String> {
    let changed: Vec<&str> = new
        .policies
        .iter()
        .filter(|policy| {
            old.policies
                .iter()
                .any(|before| before.name == policy.name && before.rule != policy.rule)
        })
        .map(|policy| policy.name.as_str())
        .collect();
    if changed.is_empty() {
        return BTreeMap::new();
    }
    let Some(before) = file_of(old, source) else { return BTreeMap::new() };
    let tell =
        |name: &str| Some((name.to_owned(), of_policy(&before.config, &checked.config, name)?));
    changed.into_iter().filter_map(tell).collect()
}

/// The file as it is, but with the policies of a lock file.
fn file_of(lock: &Lock, source: &str) -> Option<Checked> {
    let mut file: Table = toml::from_str(source).ok()?;
    let mut policies = Table::new();
    for policy in &lock.policies {
        // A rule is the table in one line.
        let line: Table = toml::from_str(&format!("rule = {{ {} }}", policy.rule)).ok()?;
        policies.insert(policy.name.clone(), line.get("rule")?.clone());
    }
    file.insert("policies".to_owned(), Value::Table(policies));
    // They name policies that there may not have been.
    for key in ["never", "always"] {
        file.remove(key);
    }
    toolgate_config::check(&toml::to_string(&file).ok()?).ok()
}
