//! Answers one by one, for an event stream; and the statuses of the others.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::{
    Accepted, Exchange, Fault, HEADER_MISMATCH, INTERNAL_ERROR, METHOD_NOT_FOUND, accept_http,
    fault,
};

use crate::schema::{assert_valid, error_response};
use crate::support::{
    CONFIG, MODERN, NoVars, REVISIONS, config, designer, full, request, request_of, run,
};

fn exchange(request: &http::Request<Vec<u8>>) -> Exchange {
    let (config, log) = (config(CONFIG), Log::default());
    match accept_http(&full(&config, &log), &designer(), &NoVars, request) {
        Accepted::Run(exchange) => exchange,
        other => panic!("nothing runs: {other:?}"),
    }
}

fn add(revision: &str) -> http::Request<Vec<u8>> {
    let params = json!({ "name": "add", "arguments": { "a": 1, "b": 2 } });
    request_of(revision, "tools/call", params)
}

#[test]
fn a_stream_is_taken_by_those_who_say_so() {
    for (accept, takes) in [
        ("application/json, text/event-stream", true),
        ("text/event-stream;q=0.5, */*", true),
        ("text/*, application/json", true),
        ("application/json", false),
        ("*/*", false),
        ("application/json, text/event-stream;q=0", false),
    ] {
        for revision in ["2025-06-18", MODERN] {
            let mut request = add(revision);
            request.headers_mut().insert("accept", accept.parse().unwrap());
            assert_eq!(exchange(&request).takes_stream(), takes, "{accept}");
        }
    }
    let mut request = add(MODERN);
    request.headers_mut().remove("accept");
    assert!(!exchange(&request).takes_stream());
}

#[test]
fn each_answer_of_a_batch_goes_out_once() {
    let call = |id: &str| {
        let params = json!({ "name": "add", "arguments": { "a": 1, "b": 2 } });
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
    };
    let ping = json!({ "jsonrpc": "2.0", "id": "ping", "method": "ping" });
    let body = json!([call("a"), ping, call("b"), {}]);
    let mut exchange = exchange(&request(&[], body.to_string()));
    assert_eq!(exchange.revision().as_str(), "2025-03-26");
    let calls = exchange.calls();
    assert_eq!(calls.len(), 2);
    let id = |text: &String| serde_json::from_str::<Value>(text).unwrap().get("id").cloned();
    let ready: Vec<_> = exchange.ready().iter().map(id).collect();
    assert_eq!(ready, [Some(json!("ping")), None]);
    assert!(exchange.ready().is_empty());
    let second = exchange.answer_one(calls[1].slot, run(&calls[1])).expect("an answer");
    assert_eq!(id(&second), Some(json!("b")));
    assert_valid("2025-03-26", "JSONRPCResponse", &serde_json::from_str(&second).unwrap());
    assert_eq!(exchange.answer_one(calls[1].slot, run(&calls[1])), None);
    assert_eq!(exchange.answer_one(99, run(&calls[1])), None);
    // What did not go out by itself is in the rest.
    let rest: Value = serde_json::from_str(&exchange.finish_text(Vec::new())).unwrap();
    assert_eq!(rest.as_array().map(Vec::len), Some(1));
    assert_eq!(rest[0]["id"], "a");
    assert_eq!(rest[0]["error"]["code"], INTERNAL_ERROR);
}

#[test]
fn faults_of_modern_calls_have_their_status() {
    let capability = fault::missing_capability(json!({ "sampling": {} }));
    for (fault, status) in [
        (capability, 400),
        (Fault::new(HEADER_MISMATCH, "x"), 400),
        (Fault::new(METHOD_NOT_FOUND, "x"), 404),
        (fault::timed_out(), 200),
        (fault::panicked(), 200),
    ] {
        for revision in REVISIONS {
            let response = exchange(&add(revision)).finish(vec![(0, Err(fault.clone()))]);
            let expected = if revision == MODERN { status } else { 200 };
            assert_eq!(response.status().as_u16(), expected);
            let answer: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(answer["error"]["code"], fault.code());
            assert_valid(revision, error_response(revision), &answer);
        }
    }
    let capability = fault::missing_capability(json!({ "sampling": {} }));
    let response = exchange(&add(MODERN)).finish(vec![(0, Err(capability))]);
    let answer: Value = serde_json::from_slice(response.body()).unwrap();
    assert_valid(MODERN, "MissingRequiredClientCapabilityError", &answer);
}

#[test]
fn a_resource_that_turns_out_not_to_be_there_is_an_error_of_its_revision() {
    for revision in REVISIONS {
        let params = json!({ "uri": "test://template/9/data" });
        let exchange = exchange(&request_of(revision, "resources/read", params));
        let fault = fault::resource_not_found(exchange.revision(), "test://template/9/data");
        let response = exchange.finish(vec![(0, Err(fault))]);
        assert_eq!(response.status(), 200);
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        assert_valid(revision, error_response(revision), &answer);
        let code = if revision == MODERN { -32602 } else { -32002 };
        assert_eq!(answer["error"]["code"], code);
        assert_eq!(answer["error"]["data"]["uri"], "test://template/9/data");
    }
}
