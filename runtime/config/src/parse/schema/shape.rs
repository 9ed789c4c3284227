//! The shapes of values.

use serde_json::{Value, json};

use super::super::text::{LONGEST_DOMAIN, LONGEST_EMAIL, LONGEST_PURPOSE, OWN_SCOPES};
use super::pattern;

/// Text for people.
pub(crate) fn prose() -> Value {
    pattern("\\S")
}

/// Text on one line, without blanks around it.
pub(crate) fn line() -> Value {
    pattern("^\\S(.*\\S)?$")
}

/// Text of a pattern.
pub(crate) fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// A domain as domains are compared.
pub(crate) fn domain() -> Value {
    with(pattern(&pattern::domain()), "maxLength", LONGEST_DOMAIN)
}

/// An e-mail address as addresses are compared.
pub(crate) fn email() -> Value {
    with(pattern(&pattern::email()), "maxLength", LONGEST_EMAIL)
}

/// An absolute address.
pub(crate) fn address() -> Value {
    with(uri(), "pattern", "^[Hh][Tt][Tt][Pp][Ss]?://")
}

/// An address of any scheme.
pub(crate) fn uri() -> Value {
    json!({ "type": "string", "format": "uri" })
}

/// The address of a picture, or the picture itself.
pub(crate) fn picture() -> Value {
    with(uri(), "pattern", pattern::picture())
}

/// A claim, or the members on the way to one.
pub(crate) fn path() -> Value {
    json!({ "anyOf": [line(), non_empty(line())] })
}

pub(crate) fn boolean() -> Value {
    json!({ "type": "boolean" })
}

pub(crate) fn integer((least, most): (i64, i64)) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// A duration within limits in seconds.
pub(crate) fn duration(limits: (u32, u32)) -> Value {
    pattern(&pattern::duration(limits))
}

/// One of these texts.
pub(crate) fn one_of(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

/// A list of different values.
pub(crate) fn list(item: Value) -> Value {
    with(non_empty(item), "uniqueItems", true)
}

/// A list that says something.
pub(crate) fn non_empty(item: Value) -> Value {
    json!({ "type": "array", "minItems": 1, "items": item })
}

/// A value, or a list of them.
pub(crate) fn one_or_more(item: Value) -> Value {
    json!({ "anyOf": [item.clone(), list(item)] })
}

/// Tables under a header in double brackets.
pub(crate) fn list_of_tables(table: Value) -> Value {
    json!({ "type": "array", "items": table })
}

/// A table in which any key may stand.
pub(crate) fn free() -> Value {
    json!({ "type": "object", "additionalProperties": true })
}

/// A table in which no key may stand.
pub(crate) fn empty() -> Value {
    json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// A value that is written in the file, or read from a Worker variable.
pub(crate) fn setting(value: Value) -> Value {
    json!({ "anyOf": [value, secret()] })
}

/// The name of a Worker variable or secret.
pub(crate) fn secret() -> Value {
    let mut name = pattern(&pattern::variable());
    name["description"] = "Name of the Worker variable or secret".into();
    json!({
        "type": "object",
        "properties": { "var": name },
        "required": ["var"],
        "additionalProperties": false,
    })
}

/// The shape with one more keyword.
pub(crate) fn with(mut shape: Value, keyword: &str, value: impl Into<Value>) -> Value {
    shape[keyword] = value.into();
    shape
}

/// An OAuth scope that is not every server's own.
pub(crate) fn policy_scope() -> Value {
    with(pattern(pattern::SCOPE), "not", json!({ "enum": OWN_SCOPES }))
}

/// Worker variables and their values.
pub(crate) fn variables() -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": pattern::variable() },
        "additionalProperties": { "type": "string" },
    })
}

/// Names of secrets, each with its purpose.
pub(crate) fn secrets() -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": pattern::variable() },
        "additionalProperties": with(prose(), "maxLength", LONGEST_PURPOSE),
    })
}
