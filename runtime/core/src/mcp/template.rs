//! URI templates of level 1 (RFC 6570), read backwards: which variables make up a URI.

use serde_json::{Map, Value};

/// Bytes of the template outside its variables.
pub(super) fn literal_bytes(template: &str) -> usize {
    let (mut literal, mut rest) = (0, template);
    while let Some((before, tail)) = rest.split_once('{') {
        literal += before.len();
        rest = tail.split_once('}').map_or("", |(_, after)| after);
    }
    literal + rest.len()
}

/// The variables of a URI that the template can give, percent-decoded. A variable is one or more
/// characters within one segment of a path: no `/`, `\`, `?`, `#` or control character, escaped or
/// not, and neither `.` nor `..`, so that no value leads out of where the template points to.
pub(super) fn read(template: &str, uri: &str) -> Option<Map<String, Value>> {
    let mut variables = Map::new();
    let mut segments = uri.split('/');
    for pattern in template.split('/') {
        read_segment(pattern, segments.next()?, &mut variables)?;
    }
    segments.next().is_none().then_some(variables)
}

/// Each variable ends where the literal after it is found first, the last one at the end.
fn read_segment(pattern: &str, segment: &str, variables: &mut Map<String, Value>) -> Option<()> {
    let Some((literal, mut pattern)) = pattern.split_once('{') else {
        return (pattern == segment).then_some(());
    };
    let mut rest = segment.strip_prefix(literal)?;
    loop {
        let (name, after) = pattern.split_once('}')?;
        let Some((literal, next)) = after.split_once('{') else {
            let value = rest.strip_suffix(after)?;
            variables.insert(name.to_owned(), Value::from(decode(value)?));
            return Some(());
        };
        // A variable has at least one character.
        let first = rest.chars().next()?.len_utf8();
        let end = first + rest[first..].find(literal)?;
        variables.insert(name.to_owned(), Value::from(decode(&rest[..end])?));
        rest = &rest[end + literal.len()..];
        pattern = next;
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
            byte if byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(&byte) => byte,
            _ => return None,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    let is_safe = |c: char| !c.is_control() && !matches!(c, '/' | '\\');
    let is_name = !matches!(text.as_str(), "" | "." | "..") && text.chars().all(is_safe);
    is_name.then_some(text)
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
    fn literal_text_is_counted() {
        for (template, bytes) in [("", 0), ("abc", 3), ("a{b}c", 2), ("{a}{b}", 0), ("a{b", 1)] {
            assert_eq!(literal_bytes(template), bytes, "{template}");
        }
    }
}
