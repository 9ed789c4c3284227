//! One pass over the schemas that types make of themselves, so that clients can read them.
//!
//! Clients hand schemas on to the APIs of model providers and to validators of several drafts. What
//! only some of them read is written here in a way that all of them do, at every depth. A schema that
//! the author wrote is not touched.

use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// Keywords with one schema inside.
const ONE: [&str; 10] = [
    "items",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "propertyNames",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// Keywords with a list of schemas.
const LIST: [&str; 4] = ["prefixItems", "anyOf", "oneOf", "allOf"];

/// Keywords with schemas by name.
const NAMED: [&str; 4] = ["properties", "patternProperties", "$defs", "dependentSchemas"];

/// Keywords of which `false` closes an object, which every client reads; `true` is what holds anyway.
const CLOSING: [&str; 2] = ["additionalProperties", "unevaluatedProperties"];

/// Keywords that say something about a member, whatever its type.
const ABOUT: [&str; 7] =
    ["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

/// Formats that JSON Schema defines and that validators know. With any other, some print a warning
/// for each schema, and some refuse it.
const FORMATS: [&str; 14] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
    "json-pointer",
    "regex",
];

/// The bounds of a type, which schemars says by a format alone. `usize` and `isize` are 32 bits wide
/// in a Worker. Clients cannot write the ends of the 64-bit types.
const BOUNDS: [(&str, i64, i64); 4] = [
    ("int32", i32::MIN as i64, i32::MAX as i64),
    ("uint32", 0, u32::MAX as i64),
    ("int", i32::MIN as i64, i32::MAX as i64),
    ("uint", 0, u32::MAX as i64),
];

/// Rewrites a schema and all that is inside.
pub(super) fn portable(schema: &mut Value) {
    match schema {
        Value::Bool(true) => *schema = json!({}),
        Value::Bool(false) => *schema = json!({ "not": {} }),
        Value::Object(members) => object(members),
        _ => {}
    }
}

fn object(schema: &mut Object) {
    optional_members(schema);
    documented_choice(schema);
    nullable(schema);
    format(schema);
    for keyword in CLOSING {
        if schema.get(keyword) == Some(&Value::Bool(true)) {
            schema.remove(keyword);
        }
    }
    for keyword in ONE {
        match schema.get_mut(keyword) {
            Some(Value::Bool(false)) if CLOSING.contains(&keyword) => {}
            Some(inner) => portable(inner),
            None => {}
        }
    }
    for keyword in LIST {
        if let Some(Value::Array(parts)) = schema.get_mut(keyword) {
            parts.iter_mut().for_each(portable);
        }
    }
    for keyword in NAMED {
        if let Some(Value::Object(parts)) = schema.get_mut(keyword) {
            parts.values_mut().for_each(portable);
        }
    }
    list(schema);
}

/// A member that may be left out has no `null`: left out is one way to say nothing, and enough.
fn optional_members(schema: &mut Object) {
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (name, property) in properties {
        if !required.iter().any(|required| required == name)
            && let Value::Object(property) = property
        {
            without_null(property);
        }
    }
}

/// Takes `null` out of what a member may be.
fn without_null(schema: &mut Object) {
    let had_null = take_null_type(schema) || take_null_part(schema);
    if had_null && schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
}

/// `{"type": ["string", "null"]}` becomes `{"type": "string"}`; whether it was one.
fn take_null_type(schema: &mut Object) -> bool {
    let Some(Value::Array(kinds)) = schema.get_mut("type") else { return false };
    let count = kinds.len();
    kinds.retain(|kind| kind != "null");
    if kinds.len() == count {
        return false;
    }
    let only = if kinds.len() == 1 { kinds.pop() } else { None };
    if let Some(kind) = only {
        schema.insert("type".to_owned(), kind);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    true
}

/// `{"anyOf": [{…}, {"type": "null"}]}` becomes `{…}`; whether it was one.
fn take_null_part(schema: &mut Object) -> bool {
    let Some(Value::Array(parts)) = schema.get_mut("anyOf") else { return false };
    let count = parts.len();
    // Where nothing else is allowed, it stays.
    if parts.iter().all(is_null) {
        return false;
    }
    parts.retain(|part| !is_null(part));
    if parts.len() == count {
        return false;
    }
    if parts.len() == 1
        && let Some(Value::Object(only)) = parts.pop()
    {
        schema.remove("anyOf");
        // What is said of the member says more than what is said of its type.
        for (key, value) in only {
            schema.entry(key).or_insert(value);
        }
        // An alias of an optional type, in an `Option`.
        without_null(schema);
    }
    true
}

fn is_null(part: &Value) -> bool {
    part.get("type").is_some_and(|kind| kind == "null")
}

/// `null` beside a type becomes a choice of two schemas, of which one is `null`.
fn nullable(schema: &mut Object) {
    if !take_null_type(schema) {
        return;
    }
    let mut about = Map::new();
    let mut value = Map::new();
    for (key, member) in std::mem::take(schema) {
        let to = if ABOUT.contains(&key.as_str()) { &mut about } else { &mut value };
        to.insert(key, member);
    }
    about.insert("anyOf".to_owned(), json!([value, { "type": "null" }]));
    *schema = about;
}

/// An enum whose values are described one by one becomes one list of texts, with what is said of each
/// in the description.
fn documented_choice(schema: &mut Object) {
    let Some(Value::Array(parts)) = schema.get("oneOf") else { return };
    let mut values = Vec::new();
    let mut lines = Vec::new();
    for part in parts {
        let Value::Object(part) = part else { return };
        let says = |key: &&String| !matches!(key.as_str(), "type" | "const" | "enum");
        let is_text = part.get("type").is_some_and(|kind| kind == "string");
        if !is_text || part.keys().filter(says).any(|key| !ABOUT.contains(&key.as_str())) {
            return;
        }
        let description = part.get("description").and_then(Value::as_str);
        match (part.get("const"), part.get("enum")) {
            (Some(Value::String(value)), None) => {
                lines.extend(description.map(|text| ["- ", value, ": ", text].concat()));
                values.push(Value::from(value.as_str()));
            }
            (None, Some(Value::Array(several))) => values.extend(several.iter().cloned()),
            _ => return,
        }
    }
    let outer = schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let text = outer.into_iter().chain(lines).collect::<Vec<_>>().join("\n");
    schema.remove("oneOf");
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), Value::Array(values));
    if !text.is_empty() {
        schema.insert("description".to_owned(), text.into());
    }
}

fn format(schema: &mut Object) {
    let Some(Value::String(format)) = schema.get("format") else { return };
    if FORMATS.contains(&format.as_str()) {
        return;
    }
    let bounds = BOUNDS.iter().find(|(name, ..)| format == name);
    schema.remove("format");
    if let Some((_, min, max)) = bounds {
        for (keyword, exclusive, bound) in
            [("minimum", "exclusiveMinimum", min), ("maximum", "exclusiveMaximum", max)]
        {
            if !schema.contains_key(exclusive) {
                schema.entry(keyword).or_insert_with(|| (*bound).into());
            }
        }
    }
}

/// A list says what is in it. A tuple says it twice: in the places, and for readers who do not know of
/// places, as a choice for each item.
fn list(schema: &mut Object) {
    let places = match schema.get("prefixItems") {
        Some(Value::Array(places)) => places.clone(),
        _ => Vec::new(),
    };
    if places.is_empty() {
        if schema.get("type").is_some_and(|kind| kind == "array") {
            schema.entry("items").or_insert_with(|| json!({}));
        }
        return;
    }
    if schema.contains_key("items") && !schema.get("items").is_some_and(is_nothing) {
        return;
    }
    schema.entry("maxItems").or_insert_with(|| places.len().into());
    let mut kinds: Vec<Value> = Vec::new();
    for place in places {
        if !kinds.contains(&place) {
            kinds.push(place);
        }
    }
    let items = if kinds.len() == 1 { kinds.remove(0) } else { json!({ "anyOf": kinds }) };
    schema.insert("items".to_owned(), items);
}

/// `false`, as it was rewritten.
fn is_nothing(schema: &Value) -> bool {
    schema.get("not").is_some_and(|not| not.as_object().is_some_and(Map::is_empty))
}

#[cfg(test)]
#[path = "portable_tests.rs"]
mod tests;
