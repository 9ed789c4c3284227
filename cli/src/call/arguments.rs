//! `key=value` of the command line, made what the tool's schema wants.

use std::fs;

use serde_json::{Map, Value};
use toolgate_config::nearest;

use super::failure::{Failure, Result};
use crate::Error;

/// A schema that lists them all leaves it open, as one that lists none does.
const JSON_TYPES: [&str; 5] = ["object", "array", "string", "number", "boolean"];

/// How deep `$ref` leads at most: a schema may lead in a circle.
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

/// What is behind `=`: the text of a file behind `@`, and a text that begins with `@` behind `@@`. The
/// shell takes quotes away, so `key="@x"` cannot be told from `key=@x`.
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

/// Whether a value is yes or no, and nothing else.
pub(super) fn is_yes_or_no(schema: &Value, root: &Value) -> bool {
    types(schema, root, DEPTH) == ["boolean"]
}

/// Whether the value is of one of the types that the schema names, and of its choices.
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
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "a": {"type": "integer", "description": "The first\nnumber"},
                "ratio": {"type": ["number", "null"]},
                "text": {"type": "string"},
                "loud": {"type": "boolean"},
                "tags": {"type": "array"},
                "colour": {"$ref": "#/$defs/Colour"},
                "extra": {"anyOf": [{"$ref": "#/$defs/Extra"}, {"type": "null"}]},
            },
            "required": ["a"],
            "$defs": {
                "Colour": {"enum": ["red", "green"]},
                "Extra": {"type": "object"},
            },
        })
    }

    fn built(words: &[&str]) -> std::result::Result<Value, String> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        build(Some(&schema()), &words, Map::new()).map(Value::Object).map_err(|failure| {
            assert_eq!(failure.status, 2);
            failure.error.to_string()
        })
    }

    #[test]
    fn a_value_becomes_what_the_schema_wants() {
        let words = [
            "a=23",
            "ratio=0.5",
            "text=42",
            "loud=true",
            "tags=[1]",
            "colour=red",
            "extra={\"x\":1}",
        ];
        let expected = json!({
            "a": 23, "ratio": 0.5, "text": "42", "loud": true, "tags": [1], "colour": "red",
            "extra": {"x": 1},
        });
        assert_eq!(built(&words), Ok(expected));
        assert_eq!(
            built(&["a:=1", "ratio:=null", "text=a=b"]),
            Ok(json!({"a": 1, "ratio": null, "text": "a=b"}))
        );
    }

    #[test]
    fn a_value_of_another_type_is_told_what_the_schema_wants() {
        for (words, expected) in [
            (&["a=two"][..], "`a` wants a whole number, not `two`"),
            (&["a=1.5"], "`a` wants a whole number, not `1.5`"),
            (&["a=1", "loud=yes"], "`loud` wants true or false, not `yes`"),
            (&["a=1", "tags=x"], "`tags` wants a JSON list, not `x`"),
            (&["a=1", "colour=blue"], "`colour` wants one of red, green, not `blue`"),
            (&["a=1", "text:=1"], "`text` wants text, not `1`"),
            (&["a=1", "txet=x"], "did you mean `text`?"),
            (&["a=1", "a=2"], "`a` is given twice"),
            (&["a"], "`a` is no argument"),
            (&["text=x"], "| a (a whole number): The first number"),
            (&["a:=x"], "`a` is no JSON"),
            (&["a=@/nowhere/at-all"], "cannot read /nowhere/at-all"),
        ] {
            let error = built(words).expect_err("it is refused");
            assert!(error.contains(expected), "{words:?}: {error}");
        }
    }

    #[test]
    fn an_argument_of_any_json_is_parsed() {
        let schema = json!({"type": "object", "properties": {
            "any": true,
            "described": {"description": "Anything"},
            "empty": {},
            "either": {"anyOf": [{"type": "string"}, {"type": "object"}]},
            "number": {"type": ["string", "integer"]},
            "all": {"type": ["string", "number", "boolean", "object", "array", "null"]},
        }});
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let typed = [
            r#"any={"a":1}"#,
            r#"described={"a":1}"#,
            "empty=[1,2]",
            r#"either={"a":1}"#,
            "number=5",
            "all=5",
        ];
        let built = build(Some(&schema), &words(&typed), Map::new()).expect("arguments");
        let expected = json!({
            "any": {"a": 1}, "described": {"a": 1}, "empty": [1, 2], "either": {"a": 1}, "number": "5",
            "all": 5,
        });
        assert_eq!(Value::Object(built), expected);
        let typed = ["any=two words", "described=null", "empty=5", "either=[1]"];
        let built = build(Some(&schema), &words(&typed), Map::new()).expect("arguments");
        let expected = json!({"any": "two words", "described": null, "empty": 5, "either": "[1]"});
        assert_eq!(Value::Object(built), expected);
    }

    #[test]
    fn only_an_at_sign_behind_the_equals_sign_reads_a_file() {
        let file = std::env::temp_dir().join(format!("toolgate-argument-{}", std::process::id()));
        std::fs::write(&file, "what it says").expect("a file");
        let path = file.display();
        let read = built(&["a=1", &format!("text=@{path}")]);
        assert_eq!(read, Ok(json!({"a": 1, "text": "what it says"})));
        for (word, expected) in [
            (format!("text=@@{path}"), format!("@{path}")),
            (format!("text=\"@{path}\""), format!("\"@{path}\"")),
            (format!("text:=\"@{path}\""), format!("@{path}")),
            (format!("text= @{path}"), format!(" @{path}")),
        ] {
            assert_eq!(built(&["a=1", &word]), Ok(json!({"a": 1, "text": expected})), "{word}");
        }
        let error = built(&["a=1", &format!("text:=@{path}")]).expect_err("it is no JSON");
        assert!(error.contains(&format!("by `=` alone: text=@{path}")), "{error}");
        std::fs::remove_file(&file).expect("it is removed");
    }

    #[test]
    fn a_schema_that_leads_in_a_circle_ends() {
        let root =
            json!({"$defs": {"A": {"$ref": "#/$defs/A"}, "B": {"anyOf": [{"$ref": "#/$defs/B"}]}}});
        assert!(types(&json!({"$ref": "#/$defs/A"}), &root, DEPTH).is_empty());
        assert!(types(&json!({"$ref": "#/$defs/B"}), &root, DEPTH).is_empty());
    }

    #[test]
    fn without_a_schema_json_is_json_and_all_else_text() {
        let words = ["a=1".to_owned(), "b=one".to_owned()];
        let built = build(None, &words, Map::new()).expect("arguments");
        assert_eq!(Value::Object(built), json!({"a": 1, "b": "one"}));
    }
}
