//! JSON as people lay it out: what is short stays on one line.

use serde_json::Value;

/// Longest value that stays on one line: a rate limiter does.
const LONGEST: usize = 112;

/// A key of an object with its value; `indent` is how far in the key stands.
pub(super) fn entry(key: &str, value: &Value, indent: usize) -> String {
    format!("{}: {}", Value::from(key), laid_out(value, indent))
}

fn laid_out(value: &Value, indent: usize) -> String {
    let line = spaced(value);
    if line.len() <= LONGEST {
        return line;
    }
    let inner = indent + 2;
    let (open, close, parts): (_, _, Vec<String>) = match value {
        Value::Array(array) => {
            ('[', ']', array.iter().map(|value| laid_out(value, inner)).collect())
        }
        Value::Object(object) => {
            ('{', '}', object.iter().map(|(key, value)| entry(key, value, inner)).collect())
        }
        _ => return line,
    };
    let (inner, outer) = (" ".repeat(inner), " ".repeat(indent));
    format!("{open}\n{inner}{}\n{outer}{close}", parts.join(&format!(",\n{inner}")))
}

/// JSON on one line, with the blanks that people write.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(array) => {
            format!("[{}]", array.iter().map(spaced).collect::<Vec<_>>().join(", "))
        }
        Value::Object(object) if !object.is_empty() => {
            let entry = |(key, value)| format!("{}: {}", Value::String(key), spaced(value));
            let entries = object.iter().map(|(key, value)| entry((key.clone(), value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_long_has_a_line_for_each_part_and_what_is_short_has_one() {
        let limiter = json!({ "name": "A", "simple": { "limit": 1 } });
        assert_eq!(
            entry("a", &json!([limiter]), 2),
            r#""a": [{ "name": "A", "simple": { "limit": 1 } }]"#
        );
        let long = "x".repeat(LONGEST);
        let text = entry("a", &json!({ "b": [limiter, long], "c": {} }), 2);
        let expected = format!(
            "\"a\": {{\n    \"b\": [\n      {{ \"name\": \"A\", \"simple\": {{ \"limit\": 1 }} }},\n      \
             \"{long}\"\n    ],\n    \"c\": {{}}\n  }}"
        );
        assert_eq!(text, expected);
    }
}
