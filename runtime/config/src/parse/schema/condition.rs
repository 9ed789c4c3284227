//! The shapes of conditions that are made of others, or of names and values.

use serde_json::{Value, json};

use super::shape::{list, non_empty, path, prose, with};

/// One condition.
pub(crate) fn one() -> Value {
    json!({ "anyOf": [condition()] })
}

/// Several conditions. The same one twice is odd, but no fault.
pub(crate) fn several() -> Value {
    non_empty(condition())
}

fn condition() -> Value {
    json!({ "$ref": "#/definitions/condition" })
}

/// `claims` and `args`.
pub(crate) fn members() -> Value {
    json!({ "$ref": "#/definitions/members" })
}

/// Names of claims or arguments, and what passes: values, comparisons, or members inside.
pub(super) fn all_members() -> Value {
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
            "claim": with(
                path(),
                "description",
                "Of an argument: it equals this claim of the caller, or one of its items.",
            ),
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
