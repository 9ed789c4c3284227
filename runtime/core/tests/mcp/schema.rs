//! What is answered is valid by the official schema of the revision.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{
    LEGACY, MODERN, REVISIONS, TOOLS, ask, designer, legacy, modern, no_params, post,
};

thread_local! {
    /// Compiling a schema takes longer than validating by it a thousand times.
    static VALIDATORS: RefCell<HashMap<(String, String), Rc<Validator>>> = RefCell::default();
}

/// The official schema of a revision, and where its definitions are.
pub fn official(revision: &str) -> (Value, &'static str) {
    let path = format!("{}/tests/mcp-schema/{revision}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the official schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let definitions = if schema.get("$defs").is_some() { "$defs" } else { "definitions" };
    (schema, definitions)
}

fn validator(revision: &str, definition: &str) -> Rc<Validator> {
    let key = (revision.to_owned(), definition.to_owned());
    let known = VALIDATORS.with_borrow(|validators| validators.get(&key).cloned());
    known.unwrap_or_else(|| {
        let (mut schema, definitions) = official(revision);
        assert!(schema[definitions].get(definition).is_some(), "{revision} has no {definition}");
        schema["$ref"] = json!(format!("#/{definitions}/{definition}"));
        let validator = Rc::new(jsonschema::validator_for(&schema).expect("a schema"));
        VALIDATORS.with_borrow_mut(|validators| validators.insert(key, Rc::clone(&validator)));
        validator
    })
}

/// Fails unless `value` is what the schema of the revision calls `definition`.
pub fn assert_valid(revision: &str, definition: &str, value: &Value) {
    let validator = validator(revision, definition);
    let faults: Vec<String> = validator
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{revision} {definition}: {faults:?}\n{value:#}");
}

/// Whether `value` is what the schema of the revision calls `definition`.
pub fn is_valid(revision: &str, definition: &str, value: &Value) -> bool {
    validator(revision, definition).is_valid(value)
}

/// The name of an error response in the schema.
pub fn error_response(revision: &str) -> &'static str {
    if revision < "2025-11-25" { "JSONRPCError" } else { "JSONRPCErrorResponse" }
}

#[test]
fn the_validator_finds_faults() {
    let result = std::panic::catch_unwind(|| {
        assert_valid("2025-06-18", "ListToolsResult", &json!({ "tools": [{ "name": 1 }] }));
    });
    assert!(result.is_err());
}

#[test]
fn initialize_is_valid_in_every_legacy_revision() {
    for revision in LEGACY {
        let params = json!({
            "protocolVersion": revision,
            "capabilities": {},
            "clientInfo": { "name": "client", "version": "1" },
        });
        let body = json!({ "jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params });
        let answer = post(&[], &body);
        assert_valid(revision, "JSONRPCResponse", &answer.json());
        assert_valid(revision, "InitializeResult", &answer.result());
    }
}

#[test]
fn ping_is_valid_in_every_legacy_revision() {
    for revision in LEGACY {
        let answer = legacy(&designer(), revision, "ping", no_params());
        assert_valid(revision, "JSONRPCResponse", &answer.json());
        assert_eq!(answer.result(), json!({}));
    }
}

#[test]
fn discover_is_valid() {
    let answer = modern(&designer(), "server/discover", no_params());
    assert_valid(MODERN, "JSONRPCResultResponse", &answer.json());
    assert_valid(MODERN, "DiscoverResult", &answer.result());
}

#[test]
fn lists_are_valid_in_every_revision() {
    for revision in REVISIONS {
        let answer = ask(&designer(), revision, "tools/list", no_params());
        assert_valid(revision, "JSONRPCResponse", &answer.json());
        assert_valid(revision, "ListToolsResult", &answer.result());
        assert_eq!(answer.result()["tools"].as_array().map(Vec::len), Some(TOOLS.len()));
    }
}

#[test]
fn calls_are_valid_in_every_revision() {
    for revision in REVISIONS {
        for tool in &TOOLS {
            let params = json!({ "name": tool.name, "arguments": { "a": 23, "b": 19 } });
            let answer = ask(&designer(), revision, "tools/call", params);
            assert_valid(revision, "JSONRPCResponse", &answer.json());
            assert_valid(revision, "CallToolResult", &answer.result());
        }
    }
}

#[test]
fn errors_are_valid_in_every_revision() {
    for revision in REVISIONS {
        for (method, params) in [
            ("resources/list", no_params()),
            ("tools/call", json!({ "name": "nothing" })),
            ("tools/list", json!({ "cursor": "x" })),
        ] {
            let answer = ask(&designer(), revision, method, params);
            assert_valid(revision, error_response(revision), &answer.json());
        }
    }
}

#[test]
fn errors_of_the_modern_router_are_valid() {
    let mismatch = post(
        &[("MCP-Protocol-Version", MODERN)],
        &json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/list",
            "params": { "_meta": crate::support::modern_meta() },
        }),
    );
    assert_valid(MODERN, "HeaderMismatchError", &mismatch.json());

    let mut meta = crate::support::modern_meta();
    meta["io.modelcontextprotocol/protocolVersion"] = json!("2027-01-01");
    let unsupported = post(
        &[("MCP-Protocol-Version", "2027-01-01")],
        &json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": meta } }),
    );
    assert_valid(MODERN, "UnsupportedProtocolVersionError", &unsupported.json());
}
