//! Reading JSON, and making it.
//!
//! Below everything that reads or writes some: [`from_json`] reads Toolgate's own types, the functions
//! here what others wrote, and [`number`] compares.

// What `#[derive(FromJson)]` writes names this crate.
#[cfg(test)]
extern crate self as toolgate_json;

pub mod from_json;
mod members;
pub mod number;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::number::FIRST_INEXACT;

/// Reads a text. `serde_json` has one reader of bytes and one of text, each with every type that is
/// read by it: a Worker has room for one of them.
///
/// # Errors
/// As of [`serde_json::from_slice`].
pub fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    serde_json::from_slice(text.as_bytes())
}

/// The text of a value. `Display` brings a second writer along, and a third one for its layout.
#[must_use]
pub fn to_text(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The members of the object that the text says; an array, a text or a number has none.
///
/// # Errors
/// As of [`serde_json::from_slice`].
pub fn members(text: &[u8]) -> serde_json::Result<Map<String, Value>> {
    match serde_json::from_slice(text)? {
        Value::Object(members) => Ok(members),
        _ => Err(serde::de::Error::custom("the JSON is not an object")),
    }
}

/// The text without the byte order mark that some editors and libraries write before it (RFC 8259,
/// section 8.1, lets readers skip it).
#[must_use]
pub fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// An object of these members.
#[must_use]
pub fn object(members: Vec<(&str, Value)>) -> Value {
    // Collecting would sort first, and bring a sort of its own into the Worker.
    let mut object = Map::new();
    for (key, value) in members {
        object.insert(key.to_owned(), value);
    }
    Value::Object(object)
}

/// The whole number that a value is, however it is written: `1000`, `1000.0` and `1e3` are one number.
/// `None` for a fraction, for what is not a number, and for a float that could be several whole numbers.
#[must_use]
pub fn exact_integer(value: &Value) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let number = value.as_f64().filter(|_| !value.is_u64())?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    (number.fract() == 0.0 && number.abs() < FIRST_INEXACT).then_some(number as i64)
}
