//! What the keys of conditions take: a condition of its own in `mcp.toml` is a line here.

use serde_json::{Value, json};

use super::pattern;
use super::shape::{domain, email, line, list, non_empty, pattern, prose};

/// What a key of a condition takes; `None` for a key that is not known here.
pub(super) fn shape(key: &str) -> Option<Value> {
    let condition = || json!({ "$ref": "#/definitions/condition" });
    Some(match key {
        "emails" => list(email()),
        "domains" => list(domain()),
        "groups" => list(line()),
        "claims" => claims(),
        "emails_from" => pattern(&pattern::variable()),
        "policy" => prose(),
        // The same condition twice is odd, but no fault.
        "any" | "all" => non_empty(condition()),
        "not" => json!({ "anyOf": [condition()] }),
        _ => return None,
    })
}

/// Names of claims, and the values that pass.
fn claims() -> Value {
    let other = || json!({ "type": ["integer", "boolean"] });
    let values = list(json!({ "anyOf": [prose(), other()] }));
    json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": { "anyOf": [prose(), other(), values] },
    })
}
