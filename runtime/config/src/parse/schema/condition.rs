//! What the keys of conditions take: a condition of its own in `mcp.toml` is a line here.

use serde_json::{Value, json};

use super::pattern;
use super::shape::{
    choice, domain, email, line, list, non_empty, pattern, policy_scope, prose, with,
};
use crate::model::Provider;

/// What a key of a condition takes; `None` for a key that is not known here.
pub(super) fn shape(key: &str) -> Option<Value> {
    let condition = || json!({ "$ref": "#/definitions/condition" });
    Some(match key {
        "emails" => list(email()),
        "domains" => list(domain()),
        "groups" | "subjects" => list(line()),
        "claims" | "args" => json!({ "$ref": "#/definitions/members" }),
        "scopes" => list(policy_scope()),
        "identity" => json!({ "anyOf": [choice::<Provider>(), list(choice::<Provider>())] }),
        "emails_from" => pattern(&pattern::variable()),
        "policy" => prose(),
        // The same condition twice is odd, but no fault.
        "any" | "all" => non_empty(condition()),
        "not" => json!({ "anyOf": [condition()] }),
        _ => return None,
    })
}

/// Names of claims or arguments, and what passes: values, comparisons, or members inside.
pub(super) fn members() -> Value {
    let value = || json!({ "anyOf": [prose(), { "type": ["integer", "boolean"] }] });
    let values = || json!({ "anyOf": [value(), list(value())] });
    let number = || json!({ "type": "number" });
    let comparisons = json!({
        "type": "object",
        "minProperties": 1,
        "properties": {
            "exists": { "type": "boolean", "description": "It is there, or, with false, it is not." },
            "contains": with(
                values(),
                "description",
                "It is a list, and one of its items equals one of these.",
            ),
            "min": with(number(), "description", "It is a number, and not below this one."),
            "max": with(number(), "description", "It is a number, and not above this one."),
        },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "anyOf": [values(), comparisons, { "$ref": "#/definitions/members" }],
        },
    })
}
