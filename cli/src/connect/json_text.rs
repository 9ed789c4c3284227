//! Positions in the text of a JSON file, so that it can be changed at one place and every other
//! byte of it stays.

use std::ops::Range;

use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;
use serde_json::{Serializer, Value};

use crate::{Doing, Result};

/// An object in a text that is known to be JSON.
#[derive(Debug)]
pub(super) struct Object {
    /// Between the braces.
    pub(super) inside: Range<usize>,
    pub(super) members: Vec<Member>,
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) key: String,
    /// Of the key.
    pub(super) start: usize,
    pub(super) value: Range<usize>,
}

impl Object {
    /// The object that begins at `open`; `None` where something else does.
    pub(super) fn at(text: &str, open: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.get(open) != Some(&b'{') {
            return None;
        }
        let mut members = Vec::new();
        let mut at = space(bytes, open + 1);
        while *bytes.get(at)? != b'}' {
            let colon = string(bytes, at)?;
            let key = serde_json::from_str(text.get(at..colon)?).ok()?;
            let start = space(bytes, space(bytes, colon) + 1);
            let end = value(bytes, start)?;
            members.push(Member { key, start: at, value: start..end });
            at = space(bytes, end);
            if bytes.get(at) == Some(&b',') {
                at = space(bytes, at + 1);
            }
        }
        Some(Self { inside: open + 1..at, members })
    }

    /// The member that counts where a key is there twice: the last one, as for every parser.
    pub(super) fn member(&self, key: &str) -> Option<&Member> {
        self.members.iter().rev().find(|member| member.key == key)
    }
}

/// The end of white space.
pub(super) fn space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The end of the string that begins here.
fn string(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of the value that begins here.
fn value(bytes: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string(bytes, at)? - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            // What a number or a word ends at.
            b'}' | b']' | b',' if depth == 0 => return Some(at),
            byte if depth == 0 && byte.is_ascii_whitespace() => return Some(at),
            _ if depth == 0 => {
                at += 1;
                continue;
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    (depth == 0).then_some(at)
}

/// Layout of a file.
#[derive(Debug)]
pub(super) struct Layout {
    /// One step of indentation.
    unit: String,
    newline: &'static str,
}

impl Layout {
    /// That of the text whose outermost object this is.
    pub(super) fn of(text: &str, root: &Object) -> Self {
        let first = root.members.first().and_then(|first| indentation(text, first.start));
        let unit = first.filter(|unit| !unit.is_empty()).unwrap_or("  ").to_owned();
        Self { unit, newline: newline(text) }
    }

    /// The text with one more member in the object, which is at this depth.
    pub(super) fn insert(
        &self,
        text: &str,
        object: &Object,
        depth: usize,
        (key, value): (&str, &Value),
    ) -> Result<String> {
        let Some(last) = object.members.last() else {
            let line = format!("{}{}", self.newline, self.unit.repeat(depth + 1));
            let end = format!("{}{}", self.newline, self.unit.repeat(depth));
            let member = self.member(key, value, &line)?;
            return Ok(splice(text, &object.inside, &format!("{line}{member}{end}")));
        };
        let indentation = indentation(text, last.start)
            .map_or_else(|| self.unit.repeat(depth + 1), str::to_owned);
        let line = format!("{}{indentation}", self.newline);
        let member = self.member(key, value, &line)?;
        let end = last.value.end;
        Ok(splice(text, &(end..end), &format!(",{line}{member}")))
    }

    /// The text with another value of a member.
    pub(super) fn replace(&self, text: &str, member: &Member, value: &Value) -> Result<String> {
        let indentation = indentation(text, member.start).unwrap_or_default();
        let value = self.value(value, &format!("{}{indentation}", self.newline))?;
        Ok(splice(text, &member.value, &value))
    }

    fn member(&self, key: &str, value: &Value, line: &str) -> Result<String> {
        Ok(format!("{}: {}", Value::from(key), self.value(value, line)?))
    }

    /// A value whose lines begin as `line` does.
    fn value(&self, value: &Value, line: &str) -> Result<String> {
        let mut out = Vec::new();
        let formatter = PrettyFormatter::with_indent(self.unit.as_bytes());
        let doing = || "write JSON".to_owned();
        value.serialize(&mut Serializer::with_formatter(&mut out, formatter)).doing(doing)?;
        Ok(String::from_utf8(out).doing(doing)?.replace('\n', line))
    }
}

/// The line ending of a text.
pub(super) fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The white space before a position in its line; `None` if there is anything else.
fn indentation(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = &before[before.rfind('\n')? + 1..];
    line.trim().is_empty().then_some(line)
}

fn splice(text: &str, range: &Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// True for JSON with comments and commas before closing brackets, as editors allow them.
pub(super) fn is_relaxed_json(text: &str) -> bool {
    serde_json::from_str::<Value>(&strict(text)).is_ok()
}

/// The text without comments, and without commas before closing brackets.
fn strict(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' => string(bytes, at).unwrap_or(bytes.len()).min(bytes.len()),
            b'/' => comment(text, at),
            _ => at + 1,
        };
        match byte {
            b'/' if end > at + 1 => out.push(b' '),
            b']' | b'}' => {
                while out.last().is_some_and(u8::is_ascii_whitespace) {
                    out.pop();
                }
                if out.last() == Some(&b',') {
                    out.pop();
                }
                out.push(*byte);
            }
            _ => out.extend_from_slice(&bytes[at..end]),
        }
        at = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The end of the comment that begins here, or of the slash that is none.
fn comment(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let length = if rest.starts_with("//") {
        rest.find('\n').unwrap_or(rest.len())
    } else if rest.starts_with("/*") {
        rest.find("*/").map_or(rest.len(), |end| end + 2)
    } else {
        1
    };
    at + length
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_whatever_their_values_are() {
        let text = r#" {"a" : "}\"{", "b":[1,{"c":[]}], "c":-1e3 ,"d":{ },"e":null}"#;
        let object = Object::at(text, 1).expect("an object");
        let found: Vec<_> = object
            .members
            .iter()
            .map(|member| (member.key.as_str(), &text[member.value.clone()]))
            .collect();
        let expected = [
            ("a", r#""}\"{""#),
            ("b", r#"[1,{"c":[]}]"#),
            ("c", "-1e3"),
            ("d", "{ }"),
            ("e", "null"),
        ];
        assert_eq!(found, expected);
        assert_eq!(object.inside.end, text.len() - 1);
    }

    #[test]
    fn an_insertion_is_laid_out_like_its_neighbours() {
        let insert = |text: &str| {
            let root = Object::at(text, 0).expect("an object");
            Layout::of(text, &root).insert(text, &root, 0, ("b", &json!({ "c": 1 }))).expect("text")
        };
        assert_eq!(
            insert("{\n\t\"a\": 1\n}\n"),
            "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": 1\n\t}\n}\n"
        );
        let windows = "{\r\n    \"a\": 1\r\n}";
        let expected = "{\r\n    \"a\": 1,\r\n    \"b\": {\r\n        \"c\": 1\r\n    }\r\n}";
        assert_eq!(insert(windows), expected);
        assert_eq!(insert("{ }"), "{\n  \"b\": {\n    \"c\": 1\n  }\n}");
        let parsed: Value = serde_json::from_str(&insert("{\"a\":1}")).expect("JSON");
        assert_eq!(parsed, json!({ "a": 1, "b": { "c": 1 } }));
    }

    #[test]
    fn comments_and_trailing_commas_are_told_from_mistakes() {
        for text in [
            "{ // why\n \"a\": 1 }",
            "{ \"a\": [1, 2, ], /* no */ }",
            "// \"first\"\n{\"a\": \"//\"}",
        ] {
            assert!(is_relaxed_json(text), "{text}");
        }
        for text in ["{ \"a\" 1 }", "{ \"a\": 1", "{ \"a\": \"/*\" / }", "{ \"a\": \"", "\"\\"] {
            assert!(!is_relaxed_json(text), "{text}");
        }
    }
}
