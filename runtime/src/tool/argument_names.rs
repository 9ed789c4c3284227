//! Policies that look at arguments which the functions they guard do not have: nobody could ever
//! call those.

use serde_json::Value;
use toolgate_config::{Condition, Config, Scalar, Test};
use toolgate_core::mcp::tool::Schema;

use super::def::Def;
use super::registry::Registry;

/// One line for each function and argument.
pub(super) fn missing(registry: &Registry, config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    for tool in registry.tools() {
        let schema = match tool.info.input_schema {
            Schema::Static(text) => toolgate_core::json::from_str(text).unwrap_or_default(),
            Schema::Build(build) => build(),
        };
        // A schema without any may mean anything.
        if let Value::Object(properties) = &schema["properties"] {
            lines.extend(of(*tool, config, &|name| properties.contains_key(name)));
        } else if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            lines.extend(of(*tool, config, &|_| false));
        }
    }
    for prompt in registry.prompts() {
        let has = |name: &str| prompt.info.arguments.iter().any(|known| known.name == name);
        lines.extend(of(*prompt, config, &has));
    }
    for resource in registry.resources() {
        let has = |name: &str| resource.info.variables.iter().any(|known| known.name == name);
        lines.extend(of(*resource, config, &has));
    }
    lines
}

fn of(def: &dyn Def, config: &Config, has: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> =
        looks(def, config).into_iter().map(|look| look.path[0].clone()).collect();
    names.sort_unstable();
    names.dedup();
    let missing = names.into_iter().filter(|name| !has(name));
    missing
        .map(|name| {
            format!(
                "{}: {} `{}` is guarded by the policy `{}`, which looks at the argument `{name}`, \
                 and has no such argument",
                def.location(),
                def.kind(),
                def.name(),
                def.policy()
            )
        })
        .collect()
}

/// An argument that a policy looks at, and the texts that it is compared with.
pub(super) struct Look {
    /// Never empty.
    pub(super) path: Vec<String>,
    pub(super) texts: Vec<String>,
}

/// Everything that the policy of a function looks at.
pub(super) fn looks(def: &dyn Def, config: &Config) -> Vec<Look> {
    let mut looks = Vec::new();
    if let Some(policy) = config.policies.iter().find(|policy| policy.name == def.policy()) {
        looked_at(config, &policy.rule, &mut vec![&policy.name], &mut looks);
    }
    looks
}

/// The arguments that a condition looks at, those of the policies that it names included.
fn looked_at<'a>(
    config: &'a Config,
    condition: &'a Condition,
    seen: &mut Vec<&'a str>,
    looks: &mut Vec<Look>,
) {
    match condition {
        Condition::Argument { path, test } if !path.is_empty() => {
            let texts = match test {
                Test::OneOf(values) | Test::Contains(values) => values.iter().filter_map(text),
                _ => [].iter().filter_map(text),
            };
            let (path, texts) = (path.iter().map(ToString::to_string), texts.collect());
            looks.push(Look { path: path.collect(), texts });
        }
        Condition::Any(parts) | Condition::All(parts) | Condition::Not(parts) => {
            parts.iter().for_each(|part| looked_at(config, part, seen, looks));
        }
        Condition::Policy(name) => {
            let policy = config.policies.iter().find(|policy| policy.name == *name);
            if let Some(policy) = policy.filter(|policy| !seen.contains(&policy.name.as_ref())) {
                seen.push(&policy.name);
                looked_at(config, &policy.rule, seen, looks);
            }
        }
        _ => {}
    }
}

fn text(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Str(text) => Some(text.to_string()),
        Scalar::Int(_) | Scalar::Bool(_) => None,
    }
}
