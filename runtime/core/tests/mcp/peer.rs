//! What a call learns of its client.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::peer::{ClientCapabilities, Level, Peer};
use toolgate_core::mcp::{Call, Server};

use crate::schema::{assert_valid, error_response};
use crate::support::{
    CONFIG, LEGACY, MODERN, REVISIONS, ask_full, call_of, config, designer, full, no_params,
    request_of, send_to,
};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn call(revision: &str, method: &str, params: Value, headers: &[(&'static str, &str)]) -> Call {
    let (config, log) = (config(CONFIG), Log::default());
    let mut request = request_of(revision, method, params);
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    call_of(&full(&config, &log), &designer(), &request)
}

fn peer(revision: &str, meta: &Value) -> Peer {
    let params = json!({ "name": "add", "_meta": meta });
    call(revision, "tools/call", params, &[]).peer
}

fn capabilities(declared: Value) -> ClientCapabilities {
    let mut meta = json!({});
    meta["io.modelcontextprotocol/clientCapabilities"] = declared;
    peer(MODERN, &meta).capabilities
}

#[test]
fn a_modern_request_says_what_its_client_can_be_asked() {
    assert_eq!(capabilities(json!({})), ClientCapabilities::default());
    let all = capabilities(json!({
        "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": { "listChanged": true },
        "extensions": { "io.modelcontextprotocol/tasks": {} },
    }));
    let expected = ClientCapabilities {
        elicitation: true,
        elicitation_url: true,
        sampling: true,
        roots: true,
        tasks: true,
    };
    assert_eq!(all, expected);
    // Forms are meant when nothing is said.
    let forms = ClientCapabilities { elicitation: true, ..ClientCapabilities::default() };
    assert_eq!(capabilities(json!({ "elicitation": {} })), forms);
    let pages = ClientCapabilities { elicitation_url: true, ..ClientCapabilities::default() };
    assert_eq!(capabilities(json!({ "elicitation": { "url": {} } })), pages);
    for malformed in [
        json!({ "elicitation": true, "sampling": [], "roots": "yes", "extensions": [] }),
        json!({ "elicitation": null, "sampling": null, "extensions": { "other": {} } }),
        json!({ "extensions": { "io.modelcontextprotocol/tasks": true } }),
    ] {
        assert_eq!(capabilities(malformed), ClientCapabilities::default());
    }
}

#[test]
fn a_legacy_request_without_a_session_says_nothing_of_it() {
    for revision in LEGACY {
        let meta = json!({ "io.modelcontextprotocol/clientCapabilities": { "sampling": {} } });
        let peer = peer(revision, &meta);
        assert_eq!(peer.capabilities, ClientCapabilities::default());
        assert_eq!(peer.log_level, None);
        assert_eq!(peer.revision.as_str(), revision);
    }
}

#[test]
fn the_log_level_is_one_of_eight() {
    assert_eq!(peer(MODERN, &json!({})).log_level, None);
    for level in ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] {
        let peer = peer(MODERN, &json!({ "io.modelcontextprotocol/logLevel": level }));
        assert_eq!(peer.log_level, Level::parse(level));
        assert_eq!(peer.log_level.map(Level::as_str), Some(level));
    }
    for level in [json!("Info"), json!("trace"), json!(""), json!(3), Value::Null, json!({})] {
        for method in ["tools/call", "tools/list", "server/discover"] {
            let meta = json!({ "io.modelcontextprotocol/logLevel": level });
            let params = json!({ "name": "add", "_meta": meta });
            let answer = ask_full(&designer(), MODERN, method, params);
            assert_eq!((answer.status, answer.error_code()), (400, -32602), "{level}");
        }
    }
}

#[test]
fn set_level_takes_the_same_levels() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = Server { sessions: true, ..full(&config, &log) };
    let set_level = |revision: &str, params: Value| {
        send_to(&server, &designer(), &request_of(revision, "logging/setLevel", params))
    };
    for revision in LEGACY {
        assert_eq!(set_level(revision, json!({ "level": "info" })).result(), json!({}));
        for params in [no_params(), json!({ "level": "loud" }), json!({ "level": 1 })] {
            let answer = set_level(revision, params);
            assert_eq!((answer.status, answer.error_code()), (200, -32602));
            assert_valid(revision, error_response(revision), &answer.json());
        }
        // Where nothing remembers a level the method is not there.
        let answer =
            ask_full(&designer(), revision, "logging/setLevel", json!({ "level": "info" }));
        assert_eq!(answer.error_code(), -32601);
    }
    let answer = ask_full(&designer(), MODERN, "logging/setLevel", json!({ "level": "info" }));
    assert_eq!((answer.status, answer.error_code()), (404, -32601));
}

#[test]
fn a_progress_token_is_text_or_a_whole_number() {
    for revision in REVISIONS {
        for token in [json!("p"), json!(""), json!(7), json!(-7)] {
            let peer = peer(revision, &json!({ "progressToken": token }));
            assert_eq!(peer.progress_token, Some(token));
        }
        let one_way = peer(revision, &json!({ "progressToken": 7.0 }));
        assert_eq!(one_way.progress_token, Some(json!(7)));
        assert_eq!(peer(revision, &json!({ "progressToken": null })).progress_token, None);
        for token in [json!({}), json!(1.5), json!(true), json!([]), json!("x".repeat(257))] {
            let params = json!({ "name": "count", "_meta": { "progressToken": token } });
            for method in ["tools/call", "tools/list"] {
                let answer = ask_full(&designer(), revision, method, params.clone());
                assert_eq!((answer.status, answer.error_code()), (400, -32602), "{token}");
                assert!(answer.json().get("id").is_some_and(|id| !id.is_null()));
            }
        }
    }
}

#[test]
fn the_trace_comes_from_meta_or_from_the_headers() {
    for revision in REVISIONS {
        let meta = json!({ "traceparent": PARENT, "tracestate": "a=1" });
        let trace = peer(revision, &meta).trace.expect("a trace");
        assert_eq!((trace.parent.as_str(), trace.state.as_deref()), (PARENT, Some("a=1")));
        assert_eq!(peer(revision, &json!({ "traceparent": "00-1-2-01" })).trace, None);
        let headers = [("traceparent", PARENT), ("tracestate", "b=2")];
        let call = call(revision, "prompts/get", json!({ "name": "plain" }), &headers);
        let trace = call.peer.trace.expect("a trace");
        assert_eq!((trace.parent.as_str(), trace.state.as_deref()), (PARENT, Some("b=2")));
    }
}

#[test]
fn answers_to_questions_come_with_what_can_ask() {
    let answers =
        json!({ "inputResponses": { "name": { "action": "accept" } }, "requestState": "s" });
    for (method, key, value) in [
        ("tools/call", "name", "add"),
        ("prompts/get", "name", "plain"),
        ("resources/read", "uri", "test://static-text"),
    ] {
        let mut params = answers.clone();
        params[key] = json!(value);
        let retry = call(MODERN, method, params.clone(), &[]).retry;
        assert_eq!(retry.responses["name"], json!({ "action": "accept" }));
        assert_eq!(retry.state.as_deref(), Some("s"));
        // Before 2026-07-28 they are nothing.
        assert_eq!(call("2025-11-25", method, params.clone(), &[]).retry, Default::default());
        for (member, bad) in [
            ("inputResponses", json!([])),
            ("inputResponses", Value::Null),
            ("inputResponses", json!("x")),
            ("requestState", json!(1)),
            ("requestState", Value::Null),
            ("requestState", json!({})),
        ] {
            let mut params = params.clone();
            params[member] = bad;
            let answer = ask_full(&designer(), MODERN, method, params);
            assert_eq!((answer.status, answer.error_code()), (200, -32602), "{method} {member}");
        }
    }
}
