//! Forms: the flat schemas that elicitation allows, from the schemas of Rust types.
//!
//! A property is text, a number, a boolean, or a choice of texts (one, or since 2025-11-25 several);
//! nothing is inside anything else (MCP 2025-06-18 and later, elicitation).

use serde_json::{Map, Value};

use super::json::object;

/// Steps from a property to the type that is meant: an alias of an alias of an optional one is
/// already three. More than this goes in circles.
const MAX_STEPS: usize = 16;

pub(super) type Object = Map<String, Value>;

/// Turns the JSON Schema of a Rust type, as schemars generates it, into the restricted
/// `requestedSchema` of a form.
///
/// # Errors
/// A property cannot be asked in a form; the error names it.
pub fn elicitation_schema(schema: Value) -> Result<Value, String> {
    let Value::Object(mut root) = schema else { return Err(not_an_object()) };
    let definitions = match root.remove("$defs") {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    let (mut root, _) = resolve(root, &definitions).ok_or_else(not_an_object)?;
    if root.get("type").is_none_or(|kind| kind != "object") {
        return Err(not_an_object());
    }
    let mut required = match root.remove("required") {
        Some(Value::Array(names)) => names,
        _ => Vec::new(),
    };
    let mut properties = Map::new();
    if let Some(Value::Object(declared)) = root.remove("properties") {
        for (name, property) in declared {
            let (property, is_optional) =
                field(property, &definitions).ok_or_else(|| unfit(&name))?;
            if is_optional {
                required.retain(|entry| *entry != name.as_str());
            }
            properties.insert(name, property);
        }
    }
    let mut members =
        vec![("type", Value::from("object")), ("properties", Value::Object(properties))];
    if !required.is_empty() {
        members.push(("required", Value::Array(required)));
    }
    Ok(object(members))
}

fn not_an_object() -> String {
    "a form asks for a struct with named fields".to_owned()
}

fn unfit(name: &str) -> String {
    let what = "` does not fit a form: a field is text, a number, a boolean, an enum without data, \
                or a list of such an enum";
    ["the field `", name, what].concat()
}

/// Follows references and takes `null` away; whether there was any. `None` for what leads nowhere.
fn resolve(mut schema: Object, definitions: &Object) -> Option<(Object, bool)> {
    let mut is_optional = false;
    for _ in 0..MAX_STEPS {
        if let Some(reference) = schema.remove("$ref") {
            let name = reference.as_str()?.strip_prefix("#/$defs/")?;
            schema = overlay(definitions.get(name)?.as_object()?.clone(), schema);
        } else if let Some(Value::Array(parts)) = schema.get("allOf").filter(|parts| is_one(parts))
        {
            let part = parts[0].as_object()?.clone();
            schema.remove("allOf");
            schema = overlay(part, schema);
        } else if let Some(part) = without_null(&schema) {
            is_optional = true;
            schema.remove("anyOf");
            schema.remove("oneOf");
            schema = overlay(part, schema);
        } else if let Some(Value::Array(kinds)) = schema.get("type") {
            let mut named = kinds.iter().filter(|kind| *kind != "null");
            let (kind, None) = (named.next()?.clone(), named.next()) else { return None };
            is_optional = true;
            schema.insert("type".to_owned(), kind);
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
        } else {
            return Some((schema, is_optional));
        }
    }
    None
}

fn is_one(parts: &Value) -> bool {
    parts.as_array().is_some_and(|parts| parts.len() == 1)
}

/// The members of both; those beside a reference say more than what it refers to.
fn overlay(mut under: Object, over: Object) -> Object {
    for (key, value) in over {
        under.insert(key, value);
    }
    under
}

/// The other one of two alternatives, where one is `null`.
fn without_null(schema: &Object) -> Option<Object> {
    let parts = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
    let is_null = |part: &Value| part.get("type").is_some_and(|kind| kind == "null");
    match parts.as_slice() {
        [part, null] | [null, part] if is_null(null) && !is_null(part) => part.as_object().cloned(),
        _ => None,
    }
}

/// `PrimitiveSchemaDefinition` of a property, and whether it may be left out.
fn field(property: Value, definitions: &Object) -> Option<(Value, bool)> {
    let Value::Object(property) = property else { return None };
    let (mut from, is_optional) = resolve(property, definitions)?;
    let kind = match from.remove("type") {
        Some(Value::String(kind)) => kind,
        // Choices may be written without it.
        None => "string".to_owned(),
        Some(_) => return None,
    };
    let mut out = Map::new();
    out.insert("type".to_owned(), Value::from(kind.as_str()));
    keep(&mut from, &mut out, "title", Value::is_string);
    keep(&mut from, &mut out, "description", Value::is_string);
    match kind.as_str() {
        "string" => text(&mut from, &mut out)?,
        "number" | "integer" => {
            keep(&mut from, &mut out, "minimum", Value::is_number);
            keep(&mut from, &mut out, "maximum", Value::is_number);
            keep(&mut from, &mut out, "default", Value::is_number);
        }
        "boolean" => keep(&mut from, &mut out, "default", Value::is_boolean),
        "array" => {
            let Some(Value::Object(items)) = from.remove("items") else { return None };
            let (items, false) = resolve(items, definitions)? else { return None };
            out.insert("items".to_owned(), several(choices(&items)?));
            keep(&mut from, &mut out, "minItems", Value::is_u64);
            keep(&mut from, &mut out, "maxItems", Value::is_u64);
            keep(&mut from, &mut out, "default", is_texts);
        }
        _ => return None,
    }
    Some((Value::Object(out), is_optional))
}

fn keep(from: &mut Object, out: &mut Object, key: &str, fits: fn(&Value) -> bool) {
    if let Some(value) = from.remove(key).filter(fits) {
        out.insert(key.to_owned(), value);
    }
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|values| values.iter().all(Value::is_string))
}

/// Writes a property that is text; `None` where its choices are not all texts.
fn text(from: &mut Object, out: &mut Object) -> Option<()> {
    const FORMATS: [&str; 4] = ["date", "date-time", "email", "uri"];
    match choices(from) {
        Some(choices) if choices.iter().any(|(_, title)| title.is_some()) => {
            out.insert("oneOf".to_owned(), titled(choices));
        }
        Some(choices) => {
            out.insert("enum".to_owned(), untitled(choices));
            keep(from, out, "enumNames", is_texts);
        }
        None if ["enum", "const", "oneOf", "anyOf"].iter().any(|key| from.contains_key(*key)) => {
            return None;
        }
        None => {
            keep(from, out, "minLength", Value::is_u64);
            keep(from, out, "maxLength", Value::is_u64);
            keep(from, out, "format", |format| {
                format.as_str().is_some_and(|format| FORMATS.contains(&format))
            });
        }
    }
    keep(from, out, "default", Value::is_string);
    Some(())
}

/// A text to choose, and what it is called.
pub(super) type Choice = (String, Option<String>);

/// The texts that a schema lists, in any of the ways to write a list; `None` where it lists none, or
/// something else than texts.
pub(super) fn choices(schema: &Object) -> Option<Vec<Choice>> {
    let mut found = Vec::new();
    if let Some(parts) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
        for part in parts.as_array()? {
            choice(part.as_object()?, &mut found)?;
        }
    } else {
        choice(schema, &mut found)?;
        // What is beside a list describes the list.
        for (_, title) in &mut found {
            *title = None;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Adds the texts of `const` or `enum`; `None` where it has neither, or something else than texts.
fn choice(schema: &Object, found: &mut Vec<Choice>) -> Option<()> {
    if let Some(value) = schema.get("const") {
        let title = schema.get("title").or_else(|| schema.get("description"));
        let title = title.and_then(Value::as_str).map(str::to_owned);
        found.push((value.as_str()?.to_owned(), title));
        return Some(());
    }
    for value in schema.get("enum")?.as_array()? {
        found.push((value.as_str()?.to_owned(), None));
    }
    Some(())
}

/// The `items` of a choice of several.
fn several(choices: Vec<Choice>) -> Value {
    if choices.iter().any(|(_, title)| title.is_some()) {
        return object(vec![("anyOf", titled(choices))]);
    }
    object(vec![("type", Value::from("string")), ("enum", untitled(choices))])
}

fn titled(choices: Vec<Choice>) -> Value {
    let entry = |(value, title): Choice| {
        let title = Value::from(title.unwrap_or_else(|| value.clone()));
        object(vec![("const", Value::from(value)), ("title", title)])
    };
    choices.into_iter().map(entry).collect()
}

fn untitled(choices: Vec<Choice>) -> Value {
    choices.into_iter().map(|(value, _)| Value::from(value)).collect()
}
