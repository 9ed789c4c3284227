//! URI templates of level 1 (RFC 6570), read backwards: which variables make up a URI.

use serde_json::{Map, Value};

/// Bytes of a URI that is read: what servers of the web commonly take.
pub const MAX_URI_BYTES: usize = 8 * 1024;

/// Bytes of the template outside its variables.
pub(super) fn literal_bytes(template: &str) -> usize {
    let (mut literal, mut rest) = (0, template);
    while let Some((before, tail)) = rest.split_once('{') {
        literal += before.len();
        rest = tail.split_once('}').map_or("", |(_, after)| after);
    }
    literal + rest.len()
}

/// True if both URIs name the same resource: each segment is the same once it is percent-decoded.
/// An escaped `/` is part of its segment and separates nothing.
#[must_use]
pub fn is_same_uri(one: &str, other: &str) -> bool {
    let mut segments = other.split('/');
    let is_same = |segment| segments.next().is_some_and(|other| is_same_segment(segment, other));
    one.split('/').all(is_same) && segments.next().is_none()
}

fn is_same_segment(one: &str, other: &str) -> bool {
    Decoded(one.as_bytes()).eq(Decoded(other.as_bytes()))
}

/// The variables of a URI that the template can give, percent-decoded. A variable is one or more
/// characters within one segment of a path: no `/`, `\`, `?`, `#` or control character, escaped or
/// not, and neither `.` nor `..`, so that no value leads out of where the template points to. Literal
/// text may be escaped: a URI is the same one then.
pub(super) fn read(template: &str, uri: &str) -> Option<Map<String, Value>> {
    let mut variables = Map::new();
    let mut segments = uri.split('/');
    for pattern in template.split('/') {
        read_segment(pattern, segments.next()?, &mut variables)?;
    }
    segments.next().is_none().then_some(variables)
}

/// Adds the variables of a segment; `None` if it does not fit the pattern. Each variable ends where
/// the literal after it is found first, the last one at the end.
fn read_segment(pattern: &str, segment: &str, variables: &mut Map<String, Value>) -> Option<()> {
    let Some((literal, mut pattern)) = pattern.split_once('{') else {
        return is_same_segment(pattern, segment).then_some(());
    };
    let mut rest = behind(segment, literal)?;
    loop {
        let (name, after) = pattern.split_once('}')?;
        let (literal, next) = match after.split_once('{') {
            Some((literal, next)) => (literal, Some(next)),
            None => (after, None),
        };
        let (value, tail) = find(rest, literal, next.is_none())?;
        variables.insert(name.to_owned(), Value::from(decode(value)?));
        match next {
            Some(next) => (rest, pattern) = (tail, next),
            None => return Some(()),
        }
    }
}

/// The value of a variable, and what follows the literal behind it. A literal that is written as it
/// stands in the template goes before one with escapes, since values are told apart from what
/// separates them by being escaped (RFC 6570 section 3.2.2).
fn find<'u>(rest: &'u str, literal: &str, at_the_end: bool) -> Option<(&'u str, &'u str)> {
    let as_it_stands = |tail: &'u str| tail.strip_prefix(literal);
    let escaped = |tail: &'u str| behind(tail, literal);
    let ways: [&dyn Fn(&'u str) -> Option<&'u str>; 2] = [&as_it_stands, &escaped];
    for way in ways {
        // A variable has at least one character.
        let mut end = first_character(rest)?;
        loop {
            let tail = &rest[end..];
            let behind = way(tail).filter(|behind| !at_the_end || behind.is_empty());
            if let Some(behind) = behind {
                return Some((&rest[..end], behind));
            }
            match first_character(tail) {
                Some(length) => end += length,
                None => break,
            }
        }
    }
    None
}

/// The text that follows a literal at the beginning of `text`, escaped or not.
fn behind<'u>(text: &'u str, literal: &str) -> Option<&'u str> {
    let mut decoded = Decoded(text.as_bytes());
    let begins = Decoded(literal.as_bytes()).all(|byte| decoded.next() == Some(byte));
    if begins { text.get(text.len() - decoded.0.len()..) } else { None }
}

/// Bytes of the first character, an escape being one.
fn first_character(text: &str) -> Option<usize> {
    match escape(text.as_bytes()) {
        Some(_) => Some(3),
        None => text.chars().next().map(char::len_utf8),
    }
}

/// The bytes of a text, those that are escaped as what they stand for.
struct Decoded<'u>(&'u [u8]);

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        match escape(self.0) {
            Some(byte) => {
                self.0 = &self.0[3..];
                Some(byte)
            }
            None => {
                self.0 = rest;
                Some(*first)
            }
        }
    }
}

/// The byte of an escape at the beginning.
fn escape(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] => Some(hex(*high)? << 4 | hex(*low)?),
        _ => None,
    }
}

/// The value of a variable that is written so. Reserved characters other than those that end a
/// segment are taken for themselves, although simple expansion escapes them (section 3.2.2): many
/// clients leave them as they are. What is in no URI at all (RFC 3986 section 2) is in no value.
fn decode(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            byte if is_unescaped(byte) => byte,
            _ => return None,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    let is_safe = |c: char| !c.is_control() && !matches!(c, '/' | '\\');
    let is_name = !matches!(text.as_str(), "" | "." | "..") && text.chars().all(is_safe);
    is_name.then_some(text)
}

/// True if a value has this byte as it is: `pchar` of RFC 3986 section 3.3.
pub(super) fn is_unescaped(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(&byte)
}

/// A literal without escapes.
pub(super) fn decoded(literal: &str) -> String {
    String::from_utf8_lossy(&Decoded(literal.as_bytes()).collect::<Vec<u8>>()).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(template: &str, uri: &str, expected: Option<Value>) {
        assert_eq!(read(template, uri).map(Value::Object), expected, "{template} {uri}");
    }

    #[test]
    fn a_variable_is_read_from_its_segment() {
        let template = "test://template/{id}/data";
        check(template, "test://template/123/data", Some(json!({ "id": "123" })));
        check(template, "test://template/a%20b%C3%A9/data", Some(json!({ "id": "a bé" })));
        check(template, "test://template/a+b:@!/data", Some(json!({ "id": "a+b:@!" })));
        check(template, "test://template/.../data", Some(json!({ "id": "..." })));
        for uri in [
            "test://template//data",
            "test://template/1/2/data",
            "test://template/123",
            "test://template/123/data/",
            "test://template/123/dat",
            "test://Template/123/data",
            "TEST://template/123/data",
            "test://template/{id}/data",
            "test://template/a b/data",
            "test://template/é/data",
            "",
            "/",
        ] {
            check(template, uri, None);
        }
    }

    #[test]
    fn no_value_leads_out_of_its_place() {
        for value in [
            ".",
            "..",
            "%2e",
            "%2E%2e",
            ".%2e",
            "%2f",
            "a%2Fb",
            "..%2f..",
            "a%5Cb",
            "a\\b",
            "%00",
            "a%0d%0a",
            "a\nb",
            "%7f",
            "%",
            "%4",
            "%zz",
            "%+4",
            "%C3",
            "%FF",
            "%C0%AF",
            "%ED%A0%80",
            "a?b",
            "a#b",
            "%u0041",
        ] {
            check("f:///{name}", &format!("f:///{value}"), None);
        }
        check("f:///{name}", "f:///%252e%252e", Some(json!({ "name": "%2e%2e" })));
        check("f:///{name}", "f:///a%3Fb", Some(json!({ "name": "a?b" })));
    }

    #[test]
    fn variables_share_a_segment() {
        let both = Some(json!({ "a": "1", "b": "2" }));
        check("x:{a}-{b}", "x:1-2", both.clone());
        check("x:{a}.{b}.json", "x:1.2.json", both.clone());
        check("x:{a}-{b}", "x:1--2", Some(json!({ "a": "1", "b": "-2" })));
        check("x:{a}-{b}", "x:-1-2", Some(json!({ "a": "-1", "b": "2" })));
        check("x:{a}.json", "x:y.json.json", Some(json!({ "a": "y.json" })));
        check("x:{a}/{b}", "x:1/2", both);
        check("x:{a}-{b}", "x:1-", None);
        check("x:{a}-{b}", "x:-2", None);
        check("x:{a}-{b}", "x:é-ü", None);
        check("x:{a}-{b}", "x:%C3%A9-%C3%BC", Some(json!({ "a": "é", "b": "ü" })));
        check("x:{a}?q={b}", "x:1?q=2", Some(json!({ "a": "1", "b": "2" })));
    }

    #[test]
    fn literal_text_may_be_escaped() {
        let id = |id: &str| Some(json!({ "id": id }));
        check("docs://report-{id}", "docs://%72eport-5", id("5"));
        check("docs://report-{id}", "docs://report%2D5", id("5"));
        check("docs://reports/{id}", "docs://report%73/5", id("5"));
        check("docs://{id}.json", "docs://5%2Ejson", id("5"));
        check("docs://{id}.json", "docs://a%2Ejson.json", id("a.json"));
        check("docs://größe-{id}", "docs://gr%C3%B6%c3%9fe-5", id("5"));
        check("x:{a},{b}", "x:1%2C2,3", Some(json!({ "a": "1,2", "b": "3" })));
        check("x:{a},{b}", "x:1%2C2", Some(json!({ "a": "1", "b": "2" })));
        check("x:{a}C{b}", "x:1%2CyC2", Some(json!({ "a": "1,y", "b": "2" })));
        check("docs://a/{id}", "docs://a%2F5", None);
        check("docs://report-{id}", "docs://repor%74", None);
    }

    #[test]
    fn a_uri_is_the_same_one_however_it_is_escaped() {
        let uri = "docs://salaries/2026";
        for other in [
            "docs://salaries/2026",
            "docs://%73alaries/2026",
            "docs://salarie%73/202%36",
            "%64ocs%3a//salaries/2026",
        ] {
            assert!(is_same_uri(uri, other) && is_same_uri(other, uri), "{other}");
        }
        for other in [
            "docs://salaries%2F2026",
            "docs://salaries/2026/",
            "docs://salaries",
            "docs://%2573alaries/2026",
            "docs://Salaries/2026",
            "docs://%7zalaries/2026",
            "docs://%7",
            "",
        ] {
            assert!(!is_same_uri(uri, other) && !is_same_uri(other, uri), "{other}");
        }
        assert!(is_same_uri("docs://a%2Fb", "docs://a%2fb"));
    }

    #[test]
    fn literal_text_is_counted() {
        for (template, bytes) in [("", 0), ("abc", 3), ("a{b}c", 2), ("{a}{b}", 0), ("a{b", 1)] {
            assert_eq!(literal_bytes(template), bytes, "{template}");
        }
    }
}
