//! HTTP+SSE sessions.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::caller::Caller;
use toolgate_core::mcp::{AcceptedSse, Server, SseSession, accept_sse};

use crate::support::{CONFIG, NoVars, TOOLS, config, designer, modern_meta, run, visitor};

/// What a POST comes to: a status, and what goes on the stream.
fn send(caller: &Caller, session: &mut SseSession, body: &str) -> (u16, Option<Value>) {
    let config = config(CONFIG);
    let server = Server { config: &config, version: "0.0.0", tools: &TOOLS, prompts: &[], resources: &[], families: &[], log: &Log::default() };
    let text = match accept_sse(&server, caller, &NoVars, session, body.as_bytes()) {
        AcceptedSse::Refuse(response) => return (response.status().as_u16(), None),
        AcceptedSse::Accepted(text) => text,
        AcceptedSse::Run(mut exchange) => {
            let calls = exchange.calls();
            Some(exchange.finish(calls.iter().map(|call| (call.slot, run(call))).collect()))
        }
    };
    (202, text.map(|text| serde_json::from_str(&text).expect("JSON")))
}

fn ask(session: &mut SseSession, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let (status, answer) = send(&designer(), session, &body.to_string());
    assert_eq!(status, 202);
    answer.expect("an answer")
}

#[test]
fn a_session_speaks_2024_11_05_until_told_otherwise() {
    let mut session = SseSession::default();
    let list = ask(&mut session, "tools/list", json!({}));
    assert!(list["result"]["tools"][0].get("title").is_none());
    assert!(list["result"]["tools"][0].get("annotations").is_none());
    let sound = ask(&mut session, "tools/call", json!({ "name": "speak" }));
    assert_eq!(sound["result"]["content"][0]["type"], "text");
}

#[test]
fn initialize_decides_how_answers_look() {
    for (asked, answered, titled) in [
        ("2024-11-05", "2024-11-05", false),
        ("2025-03-26", "2025-03-26", false),
        ("2025-11-25", "2025-11-25", true),
        ("2026-07-28", "2025-11-25", true),
    ] {
        let mut session = SseSession::default();
        let answer = ask(&mut session, "initialize", json!({ "protocolVersion": asked }));
        assert_eq!(answer["result"]["protocolVersion"], answered);
        let list = ask(&mut session, "tools/list", json!({}));
        assert_eq!(list["result"]["tools"][0].get("title").is_some(), titled);
    }
}

#[test]
fn notifications_and_responses_put_nothing_on_the_stream() {
    let mut session = SseSession::default();
    for body in [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"[{"jsonrpc":"2.0","method":"notifications/cancelled"}]"#,
    ] {
        assert_eq!(send(&designer(), &mut session, body), (202, None));
    }
}

#[test]
fn what_is_not_a_message_is_refused() {
    let mut session = SseSession::default();
    for body in ["", "{", "[]", "{}", "1", r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#] {
        assert_eq!(send(&designer(), &mut session, body), (400, None), "{body}");
    }
    assert_eq!(send(&designer(), &mut session, &" ".repeat(65_537)), (413, None));
}

#[test]
fn batches_are_taken_until_2025_06_18() {
    let batch = r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"count"}}]"#;
    let mut session = SseSession::default();
    let (status, answer) = send(&designer(), &mut session, batch);
    assert_eq!(status, 202);
    assert_eq!(answer.expect("answers").as_array().map(Vec::len), Some(2));
    ask(&mut session, "initialize", json!({ "protocolVersion": "2025-06-18" }));
    assert_eq!(send(&designer(), &mut session, batch), (400, None));
}

#[test]
fn modern_requests_are_legacy_ones_here() {
    let mut session = SseSession::default();
    let discover = ask(&mut session, "server/discover", json!({ "_meta": modern_meta() }));
    assert_eq!(discover["error"]["code"], -32601);
    let list = ask(&mut session, "tools/list", json!({ "_meta": modern_meta() }));
    assert!(list["result"].get("resultType").is_none());
}

#[test]
fn the_caller_of_each_message_is_judged() {
    let mut session = SseSession::default();
    let body =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"generateImage"}}"#;
    let (_, answer) = send(&designer(), &mut session, body);
    assert!(answer.unwrap().get("result").is_some());
    let (_, answer) = send(&visitor(), &mut session, body);
    assert_eq!(answer.unwrap()["error"]["code"], -32602);
}
