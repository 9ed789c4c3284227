//! `key=value` of the command line, made what the tool's schema wants.

use std::fs;

use serde_json::{Map, Value};
use toolgate_config::nearest;

use super::failure::{Failure, Result};
use crate::Error;

/// A schema that lists them all leaves it open, as one that lists none does.
const JSON_TYPES: [&str; 5] = ["object", "array", "string", "number", "boolean"];

/// Deepest chain of `$ref` that is followed: a schema may lead in a circle.
const DEPTH: usize = 8;

/// The arguments of a call: `base`, and over it the words. Without a schema, JSON is JSON and anything
/// else is text.
pub(super) fn build(
    schema: Option<&Value>,
    words: &[String],
    base: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let mut arguments = base;
    let mut given: Vec<&str> = Vec::new();
    let anything = Value::Bool(true);
    let root = schema.unwrap_or(&anything);
    for word in words {
        let Word { key, text, is_json } = split(word).map_err(usage)?;
        if given.contains(&key) {
            return Err(usage(
                Error::new(format!("`{key}` is given twice"))
                    .help(format!("write a list as JSON: {key}:='[1, 2]'")),
            ));
        }
        given.push(key);
        let text = if is_json { text.to_owned() } else { plain_text(text).map_err(usage)? };
        let field = root["properties"].get(key).unwrap_or(&anything);
        let value = if is_json {
            serde_json::from_str(&text).map_err(|error| usage(not_json(key, &text, &error)))?
        } else {
            value_of(key, &text, field, root).map_err(|why| usage(Error::new(why)))?
        };
        arguments.insert(key.to_owned(), value);
    }
    if let Some(schema) = schema {
        check(schema, &arguments).map_err(usage)?;
    }
    Ok(arguments)
}

fn usage(error: Error) -> Failure {
    Failure::usage(error)
}

/// One argument as it was typed.
struct Word<'a> {
    key: &'a str,
    text: &'a str,
    /// `:=`
    is_json: bool,
}

fn split(word: &str) -> std::result::Result<Word<'_>, Error> {
    match word.split_once('=') {
        Some((key, text)) if !key.is_empty() && key != ":" => {
            let json = key.strip_suffix(':');
            Ok(Word { key: json.unwrap_or(key), text, is_json: json.is_some() })
        }
        _ => Err(Error::new(format!("`{word}` is no argument"))
            .help("write key=value, key:=JSON or key=@FILE")),
    }
}

/// The value after `=`. `@path` reads a file; `@@text` is the literal text `@text`. The shell strips
/// quotes, so `key="@x"` cannot be told from `key=@x`.
fn plain_text(text: &str) -> std::result::Result<String, Error> {
    let Some(rest) = text.strip_prefix('@') else { return Ok(text.to_owned()) };
    if rest.starts_with('@') {
        return Ok(rest.to_owned());
    }
    fs::read_to_string(rest).map_err(|error| {
        Error::new(format!("cannot read {rest}: {error}"))
            .help("`@` names a file; a text that begins with it is written with two, `@@`")
    })
}

fn not_json(key: &str, text: &str, error: &serde_json::Error) -> Error {
    let not_json = Error::new(format!("`{key}` is no JSON: {error}"));
    if text.starts_with('@') {
        not_json.help(format!("a file is read by `=` alone: {key}={text}"))
    } else {
        not_json
    }
}

/// Makes a text the value that a schema wants, or says what it wants.
pub(super) fn value_of(
    name: &str,
    text: &str,
    schema: &Value,
    root: &Value,
) -> std::result::Result<Value, String> {
    let value = reading(text, &types(schema, root, DEPTH));
    fits(name, &value, schema, root)?;
    Ok(value)
}

/// JSON where the schema leaves room for it, else the text itself. Where both may be meant, a list or an
/// object is JSON, and `5` or `true` stays the text that was typed.
fn reading(text: &str, types: &[&str]) -> Value {
    let json = || serde_json::from_str(text).ok();
    let is_anything = JSON_TYPES.iter().all(|name| types.contains(name));
    let value = if types.contains(&"string") && !is_anything {
        json().filter(|value: &Value| {
            value.is_object() && types.contains(&"object")
                || value.is_array() && types.contains(&"array")
        })
    } else {
        json()
    };
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// True if a value is yes or no, and nothing else.
pub(super) fn is_yes_or_no(schema: &Value, root: &Value) -> bool {
    types(schema, root, DEPTH) == ["boolean"]
}

/// True if the value is of one of the types that the schema names, and of its choices.
fn fits(
    name: &str,
    value: &Value,
    schema: &Value,
    root: &Value,
) -> std::result::Result<(), String> {
    let types = types(schema, root, DEPTH);
    if !types.is_empty() && !types.iter().any(|wanted| is_of(value, wanted)) {
        let wanted: Vec<_> = types.iter().map(|wanted| in_words(wanted)).collect();
        return Err(format!("`{name}` wants {}, not `{}`", wanted.join(" or "), plain(value)));
    }
    let choices = choices(schema, root);
    if choices.is_empty() || choices.contains(&value) {
        return Ok(());
    }
    let listed: Vec<_> = choices.iter().map(|choice| plain(choice)).collect();
    Err(format!("`{name}` wants one of {}, not `{}`", listed.join(", "), plain(value)))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The schema that a `$ref` within the document leads to.
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..DEPTH {
        let Some(path) = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) else {
            break;
        };
        schema = root.pointer(path).unwrap_or(&Value::Null);
    }
    schema
}

/// The types that a value may have; none where the schema does not say.
pub(super) fn types<'a>(schema: &'a Value, root: &'a Value, depth: usize) -> Vec<&'a str> {
    let schema = resolve(schema, root);
    match &schema["type"] {
        Value::String(name) => return vec![name],
        Value::Array(names) => return names.iter().filter_map(Value::as_str).collect(),
        _ => {}
    }
    let mut all = Vec::new();
    let parts = ["anyOf", "oneOf"].iter().flat_map(|key| schema[key].as_array()).flatten();
    for part in parts.filter(|_| depth > 0) {
        let found = types(part, root, depth - 1);
        if found.is_empty() {
            return Vec::new();
        }
        all.extend(found);
    }
    if all.is_empty()
        && schema["enum"].as_array().is_some_and(|all| all.iter().all(Value::is_string))
    {
        all.push("string");
    }
    all
}

/// The values that a schema lists, itself or as constants of its alternatives.
pub(super) fn choices<'a>(schema: &'a Value, root: &'a Value) -> Vec<&'a Value> {
    let schema = resolve(schema, root);
    if let Some(listed) = schema["enum"].as_array() {
        return listed.iter().collect();
    }
    let parts: Vec<_> =
        ["anyOf", "oneOf"].iter().flat_map(|key| schema[key].as_array()).flatten().collect();
    let constants: Vec<_> = parts.iter().filter_map(|part| part.get("const")).collect();
    if constants.len() == parts.len() { constants } else { Vec::new() }
}

fn is_of(value: &Value, wanted: &str) -> bool {
    match wanted {
        "string" => value.is_string(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn in_words(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a JSON list",
        "object" => "a JSON object",
        other => other,
    }
}

/// Unknown, wrong and missing arguments.
fn check(schema: &Value, arguments: &Map<String, Value>) -> std::result::Result<(), Error> {
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    let open = !matches!(schema.get("additionalProperties"), None | Some(Value::Bool(false)));
    for (name, value) in arguments {
        match properties.get(name) {
            Some(field) => fits(name, value, field, schema).map_err(Error::new)?,
            None if open => {}
            None => return Err(unknown(name, properties)),
        }
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing: Vec<_> = required.filter(|name| !arguments.contains_key(*name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = missing
        .iter()
        .map(|name| describe(name, properties.get(*name).unwrap_or(&Value::Null), schema))
        .collect();
    let what = if missing.len() == 1 { "an argument is missing" } else { "arguments are missing" };
    Err(Error::new(what).output(lines.join("\n")).help(format!("write {}=…", missing[0])))
}

fn unknown(name: &str, properties: &Map<String, Value>) -> Error {
    let error = Error::new(format!("the tool has no argument `{name}`"));
    match nearest(name, properties.keys().map(String::as_str)) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None if properties.is_empty() => error.help("it takes none"),
        None => {
            let all: Vec<_> = properties.keys().map(|key| format!("`{key}`")).collect();
            error.help(format!("it takes {}", all.join(", ")))
        }
    }
}

/// An argument in one line: name, what it wants, what it is for.
pub(super) fn describe(name: &str, field: &Value, root: &Value) -> String {
    let choices = choices(field, root);
    let wanted = if choices.is_empty() {
        types(field, root, DEPTH).iter().map(|name| in_words(name)).collect::<Vec<_>>().join(" or ")
    } else {
        choices.iter().map(|choice| plain(choice)).collect::<Vec<_>>().join(", ")
    };
    let wanted = if wanted.is_empty() { "anything".to_owned() } else { wanted };
    let about = field["description"].as_str().or(resolve(field, root)["description"].as_str());
    let about =
        about.map(|text| format!(": {}", text.split_whitespace().collect::<Vec<_>>().join(" ")));
    format!("{name} ({wanted}){}", about.unwrap_or_default())
}

#[cfg(test)]
mod tests;
