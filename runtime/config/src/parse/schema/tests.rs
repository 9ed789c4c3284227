use std::collections::HashSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::super::{
    SECTIONS, audit, clients, color, redirect_uri, registration, storage, text, url,
};
use super::{Schema, json_schema, pattern, reference::Reference};
use crate::diagnostic::Fault;
use crate::{Provider, Target};

/// The parts of the schema in which the keys of a section stand.
fn tables(section: &str) -> Vec<Value> {
    let schema = json_schema();
    let path: String = section
        .split('.')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let items = if matches!(part, "user" | "when") { "/items" } else { "" };
            match part {
                "*" => "/additionalProperties".into(),
                part => format!("{items}/properties/{part}"),
            }
        })
        .collect();
    let table = schema.pointer(&path).unwrap_or_else(|| panic!("there is no {path}"));
    let mut tables = vec![table.get("items").unwrap_or(table).clone()];
    if section == "policies.*" {
        tables.push(schema["definitions"]["condition"].clone());
    }
    tables
}

#[test]
fn every_key_has_a_shape_and_a_text() {
    let schema = Schema { reference: Reference::read() };
    for (section, keys) in SECTIONS {
        let mut texts = HashSet::new();
        for key in *keys {
            let place = format!("[{section}] {key}");
            assert!(schema.shape(section, key).is_some(), "{place} has no shape");
            let text = schema.reference.text(section, key);
            assert!(text.is_some(), "mcp.toml has no comment above {place}");
            assert!(texts.insert(text), "{place} has the comment of another key");
        }
    }
}

#[test]
fn the_keys_are_those_of_the_parser() {
    for (section, keys) in SECTIONS.iter().filter(|(_, keys)| !keys.is_empty()) {
        for table in tables(section) {
            let found = table["properties"].as_object().expect("properties");
            let unknown: Vec<_> =
                found.keys().filter(|key| !keys.contains(&key.as_str())).collect();
            assert!(unknown.is_empty(), "[{section}] does not have {unknown:?}");
            assert_eq!(table["additionalProperties"], false, "[{section}]");
            let shaped = found.values().all(|key| {
                ["type", "anyOf", "$ref"].iter().any(|keyword| key.get(*keyword).is_some())
                    && key["description"].is_string()
            });
            assert!(shaped, "[{section}]: {found:#?}");
        }
        let own = &tables(section)[0]["properties"];
        let missing: Vec<_> = keys.iter().filter(|key| own.get(**key).is_none()).collect();
        assert!(missing.is_empty(), "[{section}] lacks {missing:?}");
    }
}

#[test]
fn texts_and_defaults_are_those_of_the_reference() {
    let schema = json_schema();
    let at = |path: &str| schema.pointer(path).unwrap_or_else(|| panic!("{path}"));
    let sse = at("/properties/transport/properties/sse");
    assert_eq!(sse["description"], "Serve clients of MCP 2024-11-05 at /sse and /messages, too.");
    assert_eq!(sse["default"], true);
    let key = at("/properties/tokens/properties/encryption_key");
    assert_eq!(key["default"], json!({ "var": "COOKIE_ENCRYPTION_KEY" }));
    // Behind `#`.
    let dark = at("/properties/consent/properties/color_dark");
    assert!(dark["description"].as_str().is_some_and(|text| text.starts_with("The same in dark")));
    assert!(dark.get("default").is_none());
    let not = at("/definitions/condition/properties/not");
    assert_eq!(not["description"], "The condition does not hold.");
    assert!(at("/properties/server/properties/name").get("default").is_none());
    let kinds = at("/properties/storage/properties/kind/x-taplo/docs/enumValues");
    assert!(kinds[1].as_str().is_some_and(|text| text.starts_with("Workers KV.")), "{kinds}");
    let providers = at("/properties/identity/properties/provider");
    let told = providers["x-taplo"]["docs"]["enumValues"].as_array().map(Vec::len);
    assert_eq!(told, Some(Provider::ALL.len()));
}

fn matches(pattern: &str) -> impl Fn(&str) -> bool + use<> {
    let schema = json!({ "type": "string", "pattern": pattern });
    let validator: Validator = jsonschema::validator_for(&schema).expect(pattern);
    move |text| validator.is_valid(&Value::from(text))
}

/// Asserts that a pattern accepts these texts as the parser does, and refuses the others as it does.
fn assert_agrees<T>(
    pattern: &str,
    check: impl Fn(&str) -> Result<T, Fault>,
    sound: &[&str],
    faulty: &[&str],
) {
    let is_match = matches(pattern);
    for (texts, accepted) in [(sound, true), (faulty, false)] {
        for text in texts {
            assert_eq!(is_match(text), accepted, "the pattern {pattern} on {text:?}");
            assert_eq!(check(text).is_ok(), accepted, "the parser on {text:?}");
        }
    }
}

#[test]
fn patterns_of_names_accept_what_the_parser_accepts() {
    let (long, longest) = ("A".repeat(65), "A".repeat(64));
    let sound = ["A", "KEY_2", &longest];
    assert_agrees(&pattern::variable(), text::variable_name, &sound, &["a", "_A", "2A", "", &long]);
    let (sound, faulty) = (["image-makers", "a", "0"], ["Image", "-a", "a-", "a_b", "", "ä"]);
    assert_agrees(pattern::POLICY_NAME, text::policy_name, &sound, &faulty);
    let (sound, faulty) = (["openid", "read:user", "~!#"], ["", "a b", "a\"b", "a\\b", "ä"]);
    assert_agrees(pattern::SCOPE, text::scope, &sound, &faulty);
    let (sound, faulty) = (["cursor", "com.example.app", "x+y"], ["", "1a", "Cursor", "a:", "ä"]);
    assert_agrees(pattern::SCHEME, redirect_uri::scheme, &sound, &faulty);
    let (sound, faulty) = (["acme-desktop", "!~"], ["a b", "ä", "a\u{7f}"]);
    assert_agrees(pattern::CLIENT_ID, clients::client_id, &sound, &faulty);
    let (sound, faulty) = (["mcp_audit", "A1"], ["1a", "_a", "a-b"]);
    assert_agrees(pattern::DATASET, |text| audit::name(text, Target::DataSet), &sound, &faulty);
    let (sound, faulty) = (["my-server_2", "1"], ["-a", "_a", "a b"]);
    assert_agrees(pattern::DATABASE_NAME, storage::database_name, &sound, &faulty);
    let readable = |text: &str| color::readable(text, color::LIGHT);
    assert_agrees(
        pattern::COLOR,
        readable,
        &["#0b5cad", "#0B5CAD"],
        &["#fff", "0b5cad", "#0b5cag"],
    );
}

#[test]
fn patterns_of_ids_accept_what_the_parser_accepts() {
    let namespace = "0123456789abcdefABCDEF0123456789";
    assert_agrees(pattern::STORAGE_ID, storage::namespace_id, &[namespace], &["0", "g", "a b"]);
    let database = "01234567-89ab-CDEF-0123-456789abcdef";
    let faulty = ["01234567-89ab-CDEF-0123", "0123456789ab-CDEF-0123-456789abcdef", "-"];
    assert_agrees(pattern::STORAGE_ID, storage::database_id, &[database], &faulty);
}

#[test]
fn patterns_of_addresses_accept_what_the_parser_accepts() {
    let label = "a".repeat(63);
    let (whole, long) = (format!("{label}.example"), format!("{label}a.example"));
    let sound = ["example.com", "a.b.c", "xn--bcher-kva.example", &whole];
    let faulty = ["", "com", ".example.com", "*.a.b", "a..b", "-a.b", "a-.b", "A.b", "ä.b", &long];
    assert_agrees(&pattern::domain(), text::domain, &sound, &faulty);
    let clients = pattern::client_domain();
    assert_agrees(&clients, registration::client_domain, &["localhost", "claude.ai"], &["local"]);
    let queue = Target::Label { title: "queue", help: "" };
    assert_agrees(
        &pattern::label(),
        |text| audit::name(text, queue),
        &["mcp-audit", &label],
        &["-a", "A", "a_b"],
    );
    let sound = ["ada@example.com", "a.b+c@x-y.co.uk", "o'neill@a.b", "!#$%&'*+-/=?^_`{|}~.@a.b"];
    let faulty =
        ["", "ada", "ada@example", "a b@a.b", "a@b@c.d", "Ada@a.b", "*@", "ädä@a.b", "\"@a.b"];
    assert_agrees(&pattern::email(), text::email, &sound, &faulty);
    let sound =
        ["https://a.b/c.svg", "HTTPS://a.b/c", "data:image/svg+xml,x", "data:image/png;base64,A"];
    let faulty = ["http://a.b/c.svg", "data:text/html,x", "data:image/bmp,x", "a.svg"];
    assert_agrees(&pattern::picture(), url::picture, &sound, &faulty);
}

#[test]
fn patterns_of_durations_accept_what_the_parser_accepts() {
    for limits in [(0, 300), (60, 86_400), (1, 3600), (10, 604_800), (3600, 31_536_000), (0, 0)] {
        let is_match = matches(&pattern::duration(limits));
        let numbers = (0..1500).chain([3599, 3600, 3601, 8759, 8760, 8761, 86_400, 86_401]);
        for number in numbers.chain([525_599, 525_600, 525_601, 31_535_999, 31_536_000, 31_536_001])
        {
            for unit in ["s", "m", "h", "d"] {
                for written in [format!("{number}{unit}"), format!("00{number}{unit}")] {
                    let accepted = text::duration(&written, limits).is_ok();
                    assert_eq!(is_match(&written), accepted, "{written} in {limits:?}");
                }
            }
        }
        for text in ["", "s", "10", "1.5h", "-1s", "1 h", "10M", "1h30m", "١s"] {
            assert!(!is_match(text), "{text}");
        }
    }
}
