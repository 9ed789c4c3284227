//! Reading JSON, and making it.

use serde::Deserialize;
use serde_json::{Map, Value};

/// What the text says. `serde_json` has one reader of bytes and one of text, each with every type
/// that is read by it: a Worker has room for one of them.
///
/// # Errors
/// As of [`serde_json::from_slice`].
pub fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    serde_json::from_slice(text.as_bytes())
}

/// An object of these members.
pub(crate) fn object(members: Vec<(&str, Value)>) -> Value {
    // Collecting would sort first, and bring a sort of its own into the Worker.
    let mut object = Map::new();
    for (key, value) in members {
        object.insert(key.to_owned(), value);
    }
    Value::Object(object)
}
