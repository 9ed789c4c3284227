//! Policies, each in one line of TOML: as its author wrote it, but for the order of keys.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::{Error, Result};

/// Keys of a policy that decide nothing.
const ASIDE: [&str; 2] = ["description", "tests"];

/// Every policy of a `mcp.toml` with its rule, by name.
///
/// # Errors
///
/// When it is not TOML; the text of a checked file is.
pub fn all(source: &str) -> Result<BTreeMap<String, String>> {
    let file: Table = toml::from_str(source)
        .map_err(|error| Error::new(format!("cannot read the policies of mcp.toml: {error}")))?;
    let policies = file.get("policies").and_then(Value::as_table).into_iter().flatten();
    Ok(policies
        .filter_map(|(name, policy)| Some((name.clone(), line(policy.as_table()?))))
        .collect())
}

fn line(policy: &Table) -> String {
    let mut keys: Vec<_> =
        policy.iter().filter(|(key, _)| !ASIDE.contains(&key.as_str())).collect();
    keys.sort_by_key(|(key, _)| *key);
    let keys: Vec<_> =
        keys.into_iter().map(|(key, value)| format!("{key} = {}", ordered(value))).collect();
    keys.join(", ")
}

/// The value with the keys of its tables in order.
pub(super) fn ordered(value: &Value) -> Value {
    match value {
        Value::Table(table) => {
            let keys: BTreeMap<_, _> =
                table.iter().map(|(key, value)| (key.clone(), ordered(value))).collect();
            Value::Table(keys.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(ordered).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::all;

    fn rule(policy: &str) -> String {
        let rules = all(&format!("[policies.x]\n{policy}")).expect("TOML");
        rules["x"].clone()
    }

    #[test]
    fn a_rule_is_one_line_without_what_decides_nothing() {
        let policy = "description = \"For reviewers\"\nany = [\n  { groups = [\"a\"] }, # both\n  \
                      { not.emails = [\"b@c.d\"] },\n]\n[[policies.x.tests]]\nexpect = \"deny\"\n";
        let expected = "any = [{ groups = [\"a\"] }, { not = { emails = [\"b@c.d\"] } }]";
        assert_eq!(rule(policy), expected);
    }

    #[test]
    fn the_order_of_keys_and_the_layout_do_not_matter() {
        let one = rule("groups = ['a']\nemails = ['b@c.d']\nclaims = { l = 3, d = true }");
        let other =
            rule("emails = [\n\"b@c.d\",\n]\ngroups = [\"a\"]\nclaims.d = true\nclaims.l = 3");
        assert_eq!(one, other);
        assert_eq!(one, r#"claims = { d = true, l = 3 }, emails = ["b@c.d"], groups = ["a"]"#);
    }
}
