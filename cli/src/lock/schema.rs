//! Changes between two JSON Schemas, in words for a reviewer.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Lines about one schema: a reviewer reads a screen, and then the file.
const MOST: usize = 20;

/// Characters of a value that are shown.
const LONGEST: usize = 160;

/// One line for each difference, or that the old schema is not known: files of version 1 have its hash.
pub(super) fn changes(old: &str, new: &str) -> Vec<String> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (Some(old), Some(new)) = (read(old), read(new)) else {
        return vec!["changed, and the old file has only its hash".to_owned()];
    };
    let mut lines = Vec::new();
    compare("", &old, &new, &mut lines);
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("and {more} more differences"));
    }
    lines
}

fn compare(path: &str, old: &Value, new: &Value, lines: &mut Vec<String>) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(old), Value::Object(new)) => members(path, old, new, lines),
        (Value::Array(old), Value::Array(new)) if path.ends_with("required") => {
            required(path, old, new, lines);
        }
        _ => lines.push(format!("`{}` is now {}, was {}", named(path), shown(new), shown(old))),
    }
}

fn members(
    path: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    lines: &mut Vec<String>,
) {
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for name in names {
        // What a client writes is `user.name`, and not `properties.user.properties.name`.
        let inner = match (name.as_str(), path) {
            ("properties", path) => path.to_owned(),
            (name, "") => name.to_owned(),
            (name, path) => format!("{path}.{name}"),
        };
        match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => compare(&inner, old, new, lines),
            (None, Some(new)) if name == "required" && new.is_array() => {
                required(&inner, &[], list(new), lines)
            }
            (Some(old), None) if name == "required" && old.is_array() => {
                required(&inner, list(old), &[], lines)
            }
            (None, Some(new)) => lines.push(format!("`{}` is new: {}", named(&inner), shown(new))),
            (Some(old), None) => {
                lines.push(format!("`{}` is gone, was {}", named(&inner), shown(old)));
            }
            (None, None) => {}
        }
    }
}

/// `required` is a set.
fn required(path: &str, old: &[Value], new: &[Value], lines: &mut Vec<String>) {
    let outer = path.strip_suffix("required").unwrap_or(path);
    let names = |of: &[Value], but: &[Value]| -> Vec<String> {
        let others = of.iter().filter(|name| !but.contains(name));
        others.filter_map(Value::as_str).map(|name| format!("`{outer}{name}`")).collect()
    };
    lines.extend(names(new, old).iter().map(|name| format!("{name} is required now")));
    lines.extend(names(old, new).iter().map(|name| format!("{name} is no longer required")));
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn named(path: &str) -> &str {
    if path.is_empty() { "the whole" } else { path }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(old: &Value, new: &Value) -> Vec<String> {
        changes(&old.to_string(), &new.to_string())
    }

    #[test]
    fn each_difference_names_the_argument_and_both_values() {
        let old = json!({
            "type": "object", "required": ["q"],
            "properties": {
                "q": { "type": "string" }, "limit": { "type": "integer", "maximum": 100 },
                "old": { "type": "string" },
            },
        });
        let new = json!({
            "type": "object", "required": ["limit"],
            "properties": {
                "q": { "type": "string" }, "limit": { "type": "integer", "maximum": 500 },
                "path": { "type": "string" },
            },
        });
        assert_eq!(
            lines(&old, &new),
            [
                "`limit.maximum` is now 500, was 100",
                "`old` is gone, was {\"type\":\"string\"}",
                "`path` is new: {\"type\":\"string\"}",
                "`limit` is required now",
                "`q` is no longer required",
            ]
        );
        assert!(lines(&old, &old).is_empty());
    }

    #[test]
    fn inner_members_are_named_by_their_path() {
        let schema = |kind: &str| json!({ "properties": { "user": { "properties": { "age": { "type": kind } } } } });
        assert_eq!(
            lines(&schema("integer"), &schema("string")),
            ["`user.age.type` is now \"string\", was \"integer\""]
        );
    }

    #[test]
    fn many_differences_are_counted() {
        let many: Map<_, _> = (0..30).map(|n| (format!("a{n}"), json!({}))).collect();
        let lines = lines(&json!({ "properties": {} }), &json!({ "properties": many }));
        assert_eq!(lines.len(), MOST + 1);
        assert_eq!(lines[MOST], "and 10 more differences");
    }

    #[test]
    fn a_hash_of_an_older_file_is_said_to_be_one() {
        assert_eq!(changes("sha256:00", "{}"), ["changed, and the old file has only its hash"]);
    }
}
