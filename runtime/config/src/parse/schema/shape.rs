//! The shapes of values.

use serde_json::{Value, json};

use super::super::text::{LONGEST_DOMAIN, LONGEST_EMAIL};
use super::pattern;
use crate::model::Provider;

/// Text for people.
pub(super) fn prose() -> Value {
    pattern("\\S")
}

/// Text on one line, without blanks around it.
pub(super) fn line() -> Value {
    pattern("^\\S(.*\\S)?$")
}

/// Text of a pattern.
pub(super) fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// A domain as domains are compared.
pub(super) fn domain() -> Value {
    with(pattern(&pattern::domain()), "maxLength", LONGEST_DOMAIN)
}

/// An e-mail address as addresses are compared.
pub(super) fn email() -> Value {
    with(pattern(&pattern::email()), "maxLength", LONGEST_EMAIL)
}

/// An absolute address.
pub(super) fn address() -> Value {
    with(uri(), "pattern", "^[Hh][Tt][Tt][Pp][Ss]?://")
}

/// An address of any scheme.
pub(super) fn uri() -> Value {
    json!({ "type": "string", "format": "uri" })
}

/// The address of a picture, or the picture itself.
pub(super) fn picture() -> Value {
    with(uri(), "pattern", pattern::picture())
}

pub(super) fn boolean() -> Value {
    json!({ "type": "boolean" })
}

pub(super) fn integer((least, most): (i64, i64)) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// A duration within limits in seconds.
pub(super) fn duration(limits: (u32, u32)) -> Value {
    pattern(&pattern::duration(limits))
}

/// One of these texts.
pub(super) fn choice<const N: usize>(values: [&str; N]) -> Value {
    json!({ "type": "string", "enum": values.to_vec() })
}

/// A list of different values.
pub(super) fn list(item: Value) -> Value {
    with(non_empty(item), "uniqueItems", true)
}

/// A list that says something.
pub(super) fn non_empty(item: Value) -> Value {
    json!({ "type": "array", "minItems": 1, "items": item })
}

/// Tables under a header in double brackets.
pub(super) fn list_of_tables(table: Value) -> Value {
    json!({ "type": "array", "items": table })
}

/// A table in which any key may stand.
pub(super) fn free() -> Value {
    json!({ "type": "object", "additionalProperties": true })
}

/// A value that is written in the file, or read from a Worker variable.
pub(super) fn setting(value: Value) -> Value {
    json!({ "anyOf": [value, secret()] })
}

/// The name of a Worker variable or secret.
pub(super) fn secret() -> Value {
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
pub(super) fn with(mut shape: Value, keyword: &str, value: impl Into<Value>) -> Value {
    shape[keyword] = value.into();
    shape
}

/// One of the identity providers.
pub(super) fn providers() -> Value {
    choice(Provider::ALL.map(Provider::name))
}
