//! Building JSON without copies: values move in, ready-made text goes in as it is.

use serde_json::Value;

pub(super) use crate::json::{object, to_text};

/// Appends `"key":json` to an object that is being written, after a comma where one is needed.
pub(super) fn member(out: &mut String, key: &str, json: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push('"');
    out.push_str(key);
    out.push_str("\":");
    out.push_str(json);
}

/// A JSON string.
pub(super) fn quote(text: &str) -> String {
    to_text(&Value::from(text))
}
