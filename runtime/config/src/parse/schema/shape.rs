//! The shapes of values.

use serde_json::{Value, json};

use super::super::text::{LONGEST_DOMAIN, LONGEST_EMAIL, OWN_SCOPES};
use super::pattern;

/// Text for people.
pub(in super::super) fn prose() -> Value {
    pattern("\\S")
}

/// Text on one line, without blanks around it.
pub(in super::super) fn line() -> Value {
    pattern("^\\S(.*\\S)?$")
}

/// Text of a pattern.
pub(in super::super) fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// A domain as domains are compared.
pub(in super::super) fn domain() -> Value {
    with(pattern(&pattern::domain()), "maxLength", LONGEST_DOMAIN)
}

/// An e-mail address as addresses are compared.
pub(in super::super) fn email() -> Value {
    with(pattern(&pattern::email()), "maxLength", LONGEST_EMAIL)
}

/// An absolute address.
pub(in super::super) fn address() -> Value {
    with(uri(), "pattern", "^[Hh][Tt][Tt][Pp][Ss]?://")
}

/// An address of any scheme.
pub(in super::super) fn uri() -> Value {
    json!({ "type": "string", "format": "uri" })
}

/// The address of a picture, or the picture itself.
pub(in super::super) fn picture() -> Value {
    with(uri(), "pattern", pattern::picture())
}

pub(in super::super) fn boolean() -> Value {
    json!({ "type": "boolean" })
}

pub(in super::super) fn integer((least, most): (i64, i64)) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// A duration within limits in seconds.
pub(in super::super) fn duration(limits: (u32, u32)) -> Value {
    pattern(&pattern::duration(limits))
}

/// One of these texts.
pub(in super::super) fn one_of(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

/// A list of different values.
pub(in super::super) fn list(item: Value) -> Value {
    with(non_empty(item), "uniqueItems", true)
}

/// A list that says something.
pub(in super::super) fn non_empty(item: Value) -> Value {
    json!({ "type": "array", "minItems": 1, "items": item })
}

/// Tables under a header in double brackets.
pub(in super::super) fn list_of_tables(table: Value) -> Value {
    json!({ "type": "array", "items": table })
}

/// A table in which any key may stand.
pub(in super::super) fn free() -> Value {
    json!({ "type": "object", "additionalProperties": true })
}

/// A value that is written in the file, or read from a Worker variable.
pub(in super::super) fn setting(value: Value) -> Value {
    json!({ "anyOf": [value, secret()] })
}

/// The name of a Worker variable or secret.
pub(in super::super) fn secret() -> Value {
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
pub(in super::super) fn with(mut shape: Value, keyword: &str, value: impl Into<Value>) -> Value {
    shape[keyword] = value.into();
    shape
}

/// An OAuth scope that is not every server's own.
pub(in super::super) fn policy_scope() -> Value {
    with(pattern(pattern::SCOPE), "not", json!({ "enum": OWN_SCOPES }))
}

/// Worker variables and their values.
pub(in super::super) fn variables() -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": pattern::variable() },
        "additionalProperties": { "type": "string" },
    })
}
