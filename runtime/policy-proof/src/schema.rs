//! Input schemas of tools: which arguments a call can have at all. Keywords that are not read here let every
//! value through, so that nothing is called impossible that a call may bring.

use serde_json::{Map, Value};
use toolgate_json::number::{FIRST_INEXACT, is_same};

/// Steps of `$ref` that are followed: a schema may refer to itself.
const REFERENCES: usize = 16;

/// The input schema of a tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepts<'a> {
    root: &'a Value,
}

impl<'a> Accepts<'a> {
    pub(crate) fn new(root: &'a Value) -> Self {
        Self { root }
    }

    /// True if the value may stand at this path, or, of an `item`, in the list there.
    pub(crate) fn value(&self, path: &[String], item: bool, value: &Value) -> bool {
        let Some(schema) = self.at(path) else { return true };
        let schema = if item { schema.get("items") } else { Some(schema) };
        schema.is_none_or(|schema| self.fits(schema, value, REFERENCES))
    }

    /// True if nothing may stand at this path while something is around it.
    pub(crate) fn may_be_missing(&self, path: &[String]) -> bool {
        let Some((name, around)) = path.split_last() else { return true };
        let Some(around) = self.at(around) else { return true };
        let required = around.get("required").and_then(Value::as_array);
        !required.is_some_and(|names| names.iter().any(|one| one == name.as_str()))
    }

    /// True if something may stand at this path.
    pub(crate) fn may_be_there(&self, path: &[String]) -> bool {
        let Some((name, around)) = path.split_last() else { return true };
        let Some(around) = self.at(around) else { return true };
        let known = around.get("properties").and_then(Value::as_object);
        known.is_none_or(|known| known.contains_key(name))
            || around.get("additionalProperties") != Some(&Value::Bool(false))
            || around.get("patternProperties").is_some()
            || around.get("allOf").is_some()
    }

    /// The schema at a path, as far as `properties` lead; `None` where they do not.
    fn at(&self, path: &[String]) -> Option<&'a Value> {
        let mut schema = self.resolved(self.root);
        for name in path {
            schema = self.resolved(schema.get("properties")?.get(name)?);
        }
        Some(schema)
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..REFERENCES {
            // Keywords beside a reference hold as well; without them more is let through.
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { break };
            let pointer = reference.strip_prefix('#');
            let Some(found) = pointer.and_then(|pointer| self.root.pointer(pointer)) else { break };
            schema = found;
        }
        schema
    }

    fn fits(&self, schema: &'a Value, value: &Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        let schema = self.resolved(schema);
        let keywords = match schema {
            Value::Bool(all) => return *all,
            Value::Object(keywords) => keywords,
            _ => return true,
        };
        let parts = |key: &str| keywords.get(key).and_then(Value::as_array);
        let fits = |part: &'a Value| self.fits(part, value, depth);
        let one = |key: &str| parts(key).is_none_or(|parts| parts.iter().any(fits));
        has_type(keywords, value)
            && is_listed(keywords, value)
            && is_in_range(keywords, value)
            && one("anyOf")
            && one("oneOf")
            && parts("allOf").is_none_or(|parts| parts.iter().all(fits))
    }
}

fn has_type(keywords: &Map<String, Value>, value: &Value) -> bool {
    let has = |name: &str| match (name, value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => {
            number.as_f64().is_none_or(|float| float.fract() == 0.0)
        }
        _ => false,
    };
    match keywords.get("type") {
        Some(Value::String(name)) => has(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(has),
        _ => true,
    }
}

/// Of objects and lists only their kind is looked at.
fn is_listed(keywords: &Map<String, Value>, value: &Value) -> bool {
    if value.is_object() || value.is_array() {
        return true;
    }
    let same = |listed: &Value| match (listed, value) {
        (Value::Number(one), Value::Number(other)) => is_same(one, other),
        (one, other) => one == other,
    };
    keywords.get("const").is_none_or(same)
        && keywords.get("enum").and_then(Value::as_array).is_none_or(|all| all.iter().any(same))
}

fn is_in_range(keywords: &Map<String, Value>, value: &Value) -> bool {
    let Some(number) = value.as_f64() else { return true };
    let bound = |key: &str| keywords.get(key).and_then(Value::as_f64);
    bound("minimum").is_none_or(|least| number >= least)
        && bound("maximum").is_none_or(|most| number <= most)
        && bound("exclusiveMinimum").is_none_or(|least| number > least || is_inexact(least))
        && bound("exclusiveMaximum").is_none_or(|most| number < most || is_inexact(most))
}

/// True if other whole numbers are this float as well.
fn is_inexact(bound: f64) -> bool {
    bound.abs() >= FIRST_INEXACT
}

/// Values that the schema names at a path, which the classes there have to tell apart.
pub(crate) fn listed(root: &Value, path: &[String]) -> Vec<Value> {
    let accepts = Accepts::new(root);
    let mut values = Vec::new();
    if let Some(schema) = accepts.at(path) {
        collect(accepts, schema, REFERENCES, &mut values);
    }
    values
}

fn collect<'a>(accepts: Accepts<'a>, schema: &'a Value, depth: usize, out: &mut Vec<Value>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let schema = accepts.resolved(schema);
    for key in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const"] {
        out.extend(schema.get(key).cloned());
    }
    out.extend(schema.get("enum").and_then(Value::as_array).into_iter().flatten().cloned());
    for key in ["anyOf", "oneOf", "allOf"] {
        let parts = schema.get(key).and_then(Value::as_array);
        parts.into_iter().flatten().for_each(|part| collect(accepts, part, depth, out));
    }
    if let Some(items) = schema.get("items") {
        collect(accepts, items, depth, out);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn a_call_has_what_the_schema_lets_through() {
        let schema = json!({
            "type": "object",
            "required": ["amount"],
            "additionalProperties": false,
            "properties": {
                "amount": { "type": "integer", "minimum": 1, "maximum": 500 },
                "kind": { "$ref": "#/$defs/kind" },
                "tags": { "type": "array", "items": { "type": "string" } },
                "note": { "type": ["string", "null"], "pattern": "^a" },
            },
            "$defs": { "kind": { "enum": ["a", "b"] } },
        });
        let accepts = Accepts::new(&schema);
        for (at, value, fits) in [
            ("amount", json!(1), true),
            ("amount", json!(1.0), true),
            ("amount", json!(0), false),
            ("amount", json!(1.5), false),
            ("amount", json!("1"), false),
            ("kind", json!("b"), true),
            ("kind", json!("c"), false),
            ("note", json!("b"), true),
            ("note", json!(null), true),
            ("note", json!(1), false),
            ("other", json!(1), true),
        ] {
            assert_eq!(accepts.value(&path(at), false, &value), fits, "{at} {value}");
        }
        assert!(accepts.value(&path("tags"), true, &json!("a")));
        assert!(!accepts.value(&path("tags"), true, &json!(1)));
        assert!(!accepts.may_be_missing(&path("amount")) && accepts.may_be_missing(&path("kind")));
        assert!(accepts.may_be_there(&path("kind")) && !accepts.may_be_there(&path("other")));
        assert_eq!(listed(&schema, &path("kind")), [json!("a"), json!("b")]);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({ "properties": { "a": { "anyOf": [{ "$ref": "#/properties/a" }] } } });
        assert!(Accepts::new(&schema).value(&path("a"), false, &json!(1)));
        assert!(listed(&schema, &path("a")).is_empty());
    }
}
