//! Batches, which 2025-03-26 has.

use serde_json::{Value, json};
use toolgate_core::mcp::MAX_BATCH;

use crate::support::{MODERN, designer, post, request, send, visitor};

fn ping(id: usize) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "ping" })
}

fn add(id: &str) -> Value {
    let params = json!({ "name": "add", "arguments": { "a": 1, "b": 2 } });
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

#[test]
fn a_batch_is_answered_in_its_order() {
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/x" });
    let response = json!({ "jsonrpc": "2.0", "id": 3, "result": {} });
    let unknown = json!({ "jsonrpc": "2.0", "id": 4, "method": "server/discover" });
    let body = json!([add("first"), notification, ping(2), response, add("second"), {}, unknown]);
    for headers in [&[][..], &[("MCP-Protocol-Version", "2025-03-26")][..]] {
        let answer = post(headers, &body);
        assert_eq!(answer.status, 200);
        let answers = answer.json();
        let summary: Vec<Value> = answers
            .as_array()
            .expect("an array")
            .iter()
            .map(|answer| json!([answer.get("id"), answer["error"].get("code")]))
            .collect();
        let expected =
            json!([["first", null], [2, null], ["second", null], [null, -32600], [4, -32601],]);
        assert_eq!(Value::from(summary), expected);
        assert_eq!(answers[0]["result"]["content"][0]["text"], "3");
        assert_eq!(answers[2]["result"]["content"][0]["text"], "3");
    }
}

#[test]
fn a_batch_of_notifications_has_no_answer() {
    let body = json!([
        { "jsonrpc": "2.0", "method": "notifications/initialized" },
        { "jsonrpc": "2.0", "id": 1, "result": {} },
    ]);
    let answer = post(&[], &body);
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
}

#[test]
fn an_empty_batch_is_invalid() {
    let answer = post(&[], &json!([]));
    assert_eq!((answer.status, answer.error_code()), (400, -32600));
}

#[test]
fn a_batch_has_a_greatest_length() {
    let pings = |count: usize| Value::from((0..count).map(ping).collect::<Vec<_>>());
    let answer = post(&[], &pings(MAX_BATCH));
    assert_eq!(answer.json().as_array().map(Vec::len), Some(MAX_BATCH));
    let answer = post(&[], &pings(MAX_BATCH + 1));
    assert_eq!((answer.status, answer.error_code()), (400, -32600));
}

#[test]
fn initialize_stands_alone() {
    let params = json!({ "protocolVersion": "2025-03-26" });
    let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    let answer = post(&[], &json!([initialize, ping(2)])).json();
    assert_eq!(answer[0]["error"]["code"], -32600);
    assert_eq!(answer[1]["result"], json!({}));
}

#[test]
fn revisions_without_batches_refuse_them() {
    for revision in ["2025-06-18", "2025-11-25", MODERN, "2027-01-01", "garbage"] {
        let answer = post(&[("MCP-Protocol-Version", revision)], &json!([ping(1)]));
        assert_eq!((answer.status, answer.error_code()), (400, -32600), "{revision}");
    }
}

#[test]
fn every_call_of_a_batch_is_judged() {
    let draw = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "generateImage" },
    });
    let body = json!([draw, add("x")]).to_string();
    let answer = send(&visitor(), &request(&[], body.clone())).json();
    assert_eq!(answer[0]["error"]["code"], -32602);
    assert_eq!(answer[1]["result"]["content"][0]["text"], "3");
    let answer = send(&designer(), &request(&[], body)).json();
    assert_eq!(answer[0]["result"]["content"][0]["type"], "image");
}
