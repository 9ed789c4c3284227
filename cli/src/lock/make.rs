//! From what a server serves to what is locked of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};
use toolgate_config::{Checked, Condition};

use super::file::{Function, Lock, Policy, VERSION};
use super::{rule, settings, triggers};
use crate::Result;
use crate::registry::{self, Registry};

/// The `mcp.lock` for this server. `source` is the text that was checked.
///
/// # Errors
///
/// When `source` is not TOML, which a checked text is.
pub fn make(registry: &Registry, checked: &Checked, source: &str) -> Result<Lock> {
    let functions = |functions: &[registry::Function]| -> Vec<Function> {
        let mut locked: Vec<_> = functions.iter().map(function).collect();
        locked.sort_by(|one, other| one.name.cmp(&other.name));
        locked
    };
    let guards = registry.functions().map(|function| function.policy.as_str());
    let used = used(guards, checked);
    let rules = rule::all(source)?.into_iter();
    Ok(Lock {
        version: VERSION,
        settings: settings::all(source)?,
        policies: rules
            .filter(|(name, _)| used.contains(name.as_str()))
            .map(|(name, rule)| Policy { name, rule })
            .collect(),
        tools: functions(&registry.tools),
        prompts: functions(&registry.prompts),
        resources: functions(&registry.resources),
        triggers: triggers::locked(&registry.triggers),
        routes: functions(&registry.routes),
    })
}

/// The policies that guard something, and those that they refer to. `guards` are the policies that
/// functions name.
pub fn used<'a>(guards: impl Iterator<Item = &'a str>, checked: &'a Checked) -> BTreeSet<&'a str> {
    let mut open: Vec<&str> = guards.collect();
    let mut used = BTreeSet::new();
    while let Some(name) = open.pop() {
        let policies = &checked.config.policies;
        if let Some(policy) = policies.iter().find(|policy| policy.name == name)
            && used.insert(policy.name.as_ref())
        {
            policy.rule.walk(&mut |condition| {
                if let Condition::Policy(name) = condition {
                    open.push(name);
                }
            });
        }
    }
    used
}

fn function(function: &registry::Function) -> Function {
    let taken = function.input_schema.as_ref().or(function.arguments.as_ref());
    let icons = (!function.icons.is_empty()).then(|| Value::from(function.icons.clone()));
    Function {
        name: function.name.clone(),
        policy: function.policy.clone(),
        uri: function.uri.clone(),
        title: function.title.clone(),
        mime_type: function.mime_type.clone(),
        audience: function.audience.clone(),
        priority: function.priority,
        read_only: function.read_only,
        destructive: function.destructive,
        idempotent: function.idempotent,
        open_world: function.open_world,
        task: function.task.clone(),
        as_caller: function.as_caller.clone(),
        connections: function.connections.clone(),
        proof: function.proof.clone(),
        quota: function.quota.clone(),
        description: function.description.as_deref().map(|text| hash(&Value::from(text))),
        icons: icons.as_ref().map(hash),
        schema: taken.map(text),
        output_schema: function.output_schema.as_ref().map(text),
    }
}

/// The JSON text with its keys in order.
fn text(value: &Value) -> String {
    ordered(value).to_string()
}

/// Of that text.
fn hash(value: &Value) -> String {
    let digest = Sha256::digest(text(value));
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// The value with its keys sorted: whether `serde_json` keeps their order depends on what else is
/// compiled with it.
fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> =
                members.iter().map(|(name, value)| (name.clone(), ordered(value))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(ordered).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CONFIG: &str = r#"
[server]
name = "A server"
[policies.staff]
domains = ["example.com"]
[policies.editors]
all = [{ policy = "staff" }, { not = { policy = "guests" } }]
[policies.guests]
groups = ["guests"]
[policies.spare]
groups = ["spare"]
"#;

    fn tool(name: &str, policy: &str) -> registry::Function {
        registry::Function {
            name: name.to_owned(),
            policy: policy.to_owned(),
            ..registry::Function::default()
        }
    }

    fn lock(tools: Vec<registry::Function>) -> Lock {
        let checked = toolgate_config::check(CONFIG).expect("a sound file");
        let registry = Registry { tools, ..Registry::default() };
        make(&registry, &checked, CONFIG).expect("it is made")
    }

    #[test]
    fn functions_are_sorted_by_name() {
        let lock = lock(vec![tool("b", "everyone"), tool("a", "everyone")]);
        let names: Vec<_> = lock.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(lock.policies.is_empty());
    }

    #[test]
    fn policies_are_locked_that_guard_something_however_indirectly() {
        let lock = lock(vec![tool("edit", "editors")]);
        let names: Vec<_> = lock.policies.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(names, ["editors", "guests", "staff"]);
    }

    #[test]
    fn a_hash_does_not_depend_on_the_order_of_keys() {
        let one = json!({ "a": 1, "b": { "c": 2, "d": [3, 4] } });
        let other = json!({ "b": { "d": [3, 4], "c": 2 }, "a": 1 });
        assert_eq!(hash(&one), hash(&other));
        assert_ne!(hash(&one), hash(&json!({ "a": 1, "b": { "c": 2, "d": [4, 3] } })));
        assert_eq!(hash(&one).len(), "sha256:".len() + 64);
    }
}
