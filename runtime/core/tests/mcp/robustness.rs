//! Any bytes and any headers are answered, and nothing panics.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::{Accepted, SessionState, accept_http, accept_session, task};

use crate::support::{
    CONFIG, MODERN, NoVars, REVISIONS, config, designer, full, methods, modern_meta, request,
};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(body in vec(any::<u8>(), 0..200), version in version()) {
        assert_answered(&version, &body);
    }

    #[test]
    fn any_json_is_answered(body in json_value(), version in version()) {
        assert_answered(&version, body.to_string().as_bytes());
    }

    #[test]
    fn any_message_is_answered(body in message(), version in version()) {
        assert_answered(&version, body.to_string().as_bytes());
    }

    #[test]
    fn any_batch_is_answered(body in vec(message(), 0..6)) {
        assert_answered("2025-03-26", Value::from(body).to_string().as_bytes());
    }

    #[test]
    fn damaged_messages_are_answered(
        body in message(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        version in version(),
    ) {
        let mut bytes = body.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        assert_answered(&version, &bytes);
        assert_answered(&version, &bytes[..at]);
    }

    #[test]
    fn any_header_values_are_answered(
        values in vec(vec(prop_oneof![32_u8..127, 128_u8..=255, Just(b'\t')], 0..30), 5),
        body in message(),
    ) {
        let mut request = request(&[], body.to_string());
        let names = ["accept", "content-type", "mcp-protocol-version", "mcp-method", "mcp-name"];
        for (name, value) in names.into_iter().zip(values) {
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                request.headers_mut().insert(name, value);
            }
        }
        let answer = send_running_nothing(&request);
        prop_assert!([200, 202, 400, 404, 406, 415].contains(&answer));
    }
}

fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select([&REVISIONS[..], &["", "2027-01-01"]].concat())
            .prop_map(str::to_owned),
        "[0-9-]{0,12}",
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["2.0", "add", MODERN, "tools/call"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            ".{0,4}".prop_map(String::from),
            prop::sample::select(vec!["id", "method", "params", "name", "arguments", "_meta"])
                .prop_map(String::from),
        ];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key, inner), 0..4).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Almost a request: each part may be what it should be, anything else, or absent.
fn message() -> impl Strategy<Value = Value> {
    let methods = [methods(), vec!["notifications/x"]].concat();
    let params = prop_oneof![
        json_value(),
        Just(json!({ "protocolVersion": "2025-06-18" })),
        json_value().prop_map(|arguments| json!({ "name": "speak", "arguments": arguments })),
        json_value().prop_map(|meta| json!({ "name": "speak", "_meta": meta })),
        Just(json!({ "name": "speak", "_meta": modern_meta() })),
    ];
    let method =
        prop_oneof![4 => prop::sample::select(methods).prop_map(Value::from), 1 => json_value()];
    let id = prop_oneof![3 => any::<u32>().prop_map(Value::from), 1 => json_value()];
    (
        prop_oneof![8 => Just(json!("2.0")), 1 => json_value()],
        prop::option::of(id),
        prop::option::weighted(0.9, method),
        prop::option::of(params),
        prop::option::weighted(0.1, json_value()),
    )
        .prop_map(|(jsonrpc, id, method, params, result)| {
            let members = [
                ("jsonrpc", Some(jsonrpc)),
                ("id", id),
                ("method", method),
                ("params", params),
                ("result", result),
            ];
            let members = members.into_iter();
            members.filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
        })
}

/// Neither transport panics, and what is answered is well formed.
fn assert_answered(version: &str, body: &[u8]) {
    let request = match version {
        "" => request(&[], body),
        version => {
            request(&[("MCP-Protocol-Version", version), ("Mcp-Method", "tools/list")], body)
        }
    };
    let status = send_running_nothing(&request);
    assert!([200, 202, 400, 404].contains(&status), "{status}");

    let config = config(CONFIG);
    let log = Log::default();
    let server = full(&config, &log);
    let mut session = SessionState::default();
    let _ = accept_session(&server, &designer(), &NoVars, &mut session, None, body);
}

/// The status of the answer; calls are left without a result.
fn send_running_nothing(request: &http::Request<Vec<u8>>) -> u16 {
    let config = config(CONFIG);
    let log = Log::default();
    let server = full(&config, &log);
    let response = match accept_http(&server, &designer(), &NoVars, request) {
        Accepted::Done(response) => response,
        Accepted::Run(exchange) => exchange.finish(Vec::new()),
        Accepted::Begin(begin) => begin.response,
        Accepted::Listen(listen) => http::Response::new(listen.acknowledged().into_bytes()),
        Accepted::Task(request) => request.answer(Err(task::unknown())),
    };
    if response.headers().get("content-type").is_some_and(|kind| kind == "application/json") {
        let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
        assert!(answer.is_object() || answer.is_array());
    }
    response.status().as_u16()
}
