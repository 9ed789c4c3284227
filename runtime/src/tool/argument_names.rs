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
        lines
            .extend(of(*tool, config, &|path| leads_somewhere(&schema, &schema, path, MOST_STEPS)));
    }
    for prompt in registry.prompts() {
        let has = |path: &[String]| {
            let names = prompt.info.arguments.iter().map(|known| known.name);
            is_one_of(path, names)
        };
        lines.extend(of(*prompt, config, &has));
    }
    for resource in registry.resources() {
        let has = |path: &[String]| {
            let names = resource.info.variables.iter().map(|known| known.name);
            is_one_of(path, names)
        };
        lines.extend(of(*resource, config, &has));
    }
    lines
}

/// Arguments of prompts and variables of resources are texts, with nothing in them.
fn is_one_of<'a>(path: &[String], mut names: impl Iterator<Item = &'a str>) -> bool {
    matches!(path, [name] if names.any(|known| known == name))
}

/// Steps through a schema, of which references that lead in a circle take as many as they get.
const MOST_STEPS: usize = 64;

/// True if an argument of this schema may have something at the path. A schema that does not say what
/// is in it may have anything.
fn leads_somewhere(root: &Value, schema: &Value, path: &[String], steps: usize) -> bool {
    let Some(((name, inner), steps)) = path.split_first().zip(steps.checked_sub(1)) else {
        return path.is_empty();
    };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.is_none_or(|schema| leads_somewhere(root, schema, path, steps));
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(Value::Array(schemas)) = schema.get(choice)
            && schemas.iter().any(|schema| leads_somewhere(root, schema, path, steps))
        {
            return true;
        }
    }
    let is_object = match &schema["type"] {
        Value::String(kind) => kind == "object",
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "object"),
        _ => !["anyOf", "oneOf", "allOf", "enum", "const"]
            .iter()
            .any(|key| schema.get(key).is_some()),
    };
    let known = schema["properties"].get(name.as_str());
    match (known, schema.get("additionalProperties")) {
        _ if !is_object => false,
        (Some(schema), _) => leads_somewhere(root, schema, inner, steps),
        (None, Some(Value::Bool(is_allowed))) => *is_allowed,
        (None, Some(schema)) => leads_somewhere(root, schema, inner, steps),
        // Where some are named, another one is a slip of the pen.
        (None, None) => schema.get("properties").is_none(),
    }
}

fn of(def: &dyn Def, config: &Config, has: &dyn Fn(&[String]) -> bool) -> Vec<String> {
    let mut names: Vec<_> = looks(def, config).into_iter().map(|look| look.path).collect();
    names.sort_unstable();
    names.dedup();
    let missing = names.into_iter().filter(|name| !has(name));
    missing
        .map(|name| {
            let name = name.join(".");
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
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "only reviews look at them"))]
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
        Condition::Policy(name) => {
            let policy = config.policies.iter().find(|policy| policy.name == *name);
            if let Some(policy) = policy.filter(|policy| !seen.contains(&policy.name.as_ref())) {
                seen.push(&policy.name);
                looked_at(config, &policy.rule, seen, looks);
            }
        }
        condition => {
            condition.parts().iter().for_each(|part| looked_at(config, part, seen, looks));
        }
    }
}

fn text(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Str(text) => Some(text.to_string()),
        Scalar::Int(_) | Scalar::Bool(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn leads(schema: &Value, path: &str) -> bool {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        leads_somewhere(schema, schema, &path, MOST_STEPS)
    }

    #[test]
    fn a_path_is_followed_to_its_last_member() {
        let schema = json!({
            "type": "object",
            "properties": {
                "user": { "$ref": "#/$defs/User" },
                "tags": { "type": "object", "additionalProperties": { "type": "string" } },
                "any": {},
                "choice": { "anyOf": [{ "$ref": "#/$defs/User" }, { "type": "null" }] },
            },
            "$defs": {
                "User": {
                    "type": "object", "additionalProperties": false,
                    "properties": { "age": { "type": "integer" }, "boss": { "$ref": "#/$defs/User" } },
                },
            },
        });
        for good in
            ["user", "user.age", "user.boss.boss.age", "tags.x", "any.thing.at.all", "choice.age"]
        {
            assert!(leads(&schema, good), "{good}");
        }
        for bad in ["usr", "user.agee", "user.age.x", "tags.x.y", "choice.agee", "user.boss.x"] {
            assert!(!leads(&schema, bad), "{bad}");
        }
    }

    #[test]
    fn references_in_a_circle_end() {
        let circle = json!({ "$ref": "#" });
        assert!(!leads(&circle, "a"));
    }
}
