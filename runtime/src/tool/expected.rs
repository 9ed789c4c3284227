//! Words for text of a certain format. A parser of dates says "premature end of input", from which no
//! model learns what to write; the schema of the type says what it is.

use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// Formats of schemars, and what stands for each.
const FORMATS: [(&str, &str); 11] = [
    ("date-time", "a date-time such as 2026-12-01T00:00:00Z"),
    ("partial-date-time", "a date-time without a zone such as 2026-12-01T00:00:00"),
    ("date", "a date such as 2026-12-01"),
    ("time", "a time such as 09:30:00Z"),
    ("partial-time", "a time such as 09:30:00"),
    ("uuid", "a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
    ("uri", "a URL such as https://example.com/"),
    ("email", "an e-mail address such as ada@example.com"),
    ("ip", "an IP address such as 192.0.2.1"),
    ("ipv4", "an IPv4 address such as 192.0.2.1"),
    ("ipv6", "an IPv6 address such as 2001:db8::1"),
];

/// Schemas inside each other that are looked into for one place; types that contain themselves go on
/// for ever.
const MAX_STEPS: usize = 16;

/// The words for a value at this place, where the schema names its format.
pub(super) fn expected(root: &Value, path: &Path) -> Option<&'static str> {
    let mut schemas = alternatives(root, root, 0);
    for segment in path {
        let inside: Vec<&Value> =
            schemas.iter().filter_map(|schema| inside(schema, segment)).collect();
        schemas = inside.into_iter().flat_map(|schema| alternatives(root, schema, 0)).collect();
    }
    let mut formats = schemas.iter().filter_map(|schema| schema.get("format")?.as_str());
    let format = formats.next()?;
    FORMATS.iter().find(|(name, _)| *name == format).map(|(_, what)| *what)
}

/// The schema and all that it offers to choose from.
fn alternatives<'a>(root: &'a Value, schema: &'a Value, depth: usize) -> Vec<&'a Value> {
    let mut found = vec![schema];
    if depth == MAX_STEPS {
        return found;
    }
    let reference = schema.get("$ref").and_then(Value::as_str);
    let referred = reference.and_then(|reference| root.pointer(reference.strip_prefix('#')?));
    let lists = ["anyOf", "oneOf", "allOf"].into_iter();
    let parts = lists.filter_map(|key| schema.get(key)?.as_array()).flatten();
    for part in referred.into_iter().chain(parts) {
        found.extend(alternatives(root, part, depth + 1));
    }
    found
}

/// The schema of what is one step inside.
fn inside<'a>(schema: &'a Value, segment: &Segment) -> Option<&'a Value> {
    match segment {
        Segment::Seq { index } => {
            let place = schema.get("prefixItems").and_then(|places| places.get(*index));
            place.or_else(|| schema.get("items"))
        }
        Segment::Map { key: name } | Segment::Enum { variant: name } => {
            let property = schema.get("properties").and_then(|properties| properties.get(name));
            property.or_else(|| schema.get("additionalProperties"))
        }
        Segment::Unknown => None,
    }
}
