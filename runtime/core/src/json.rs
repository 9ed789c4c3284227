//! Reading JSON.

use serde::Deserialize;

/// What the text says. `serde_json` has one reader of bytes and one of text, each with every type
/// that is read by it: a Worker has room for one of them.
///
/// # Errors
/// As of [`serde_json::from_slice`].
pub fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    serde_json::from_slice(text.as_bytes())
}
