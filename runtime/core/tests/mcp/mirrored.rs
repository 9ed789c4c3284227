//! `Mcp-Name`, and arguments that are repeated in headers.

use serde_json::{Value, json};
use toolgate_core::audit::Log;

use crate::schema::assert_valid;
use crate::support::{
    Answer, CONFIG, MIRRORED, MODERN, config, designer, full, request_of, send_to, tools_only,
};

fn call(revision: &str, arguments: &Value, headers: &[(&str, &str)]) -> Answer {
    let (config, log) = (config(CONFIG), Log::default());
    let params = json!({ "name": "mirror", "arguments": arguments });
    let mut request = request_of(revision, "tools/call", params);
    for (name, value) in headers {
        let name = http::HeaderName::try_from(*name).unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    send_to(&tools_only(&config, &[MIRRORED], &log), &designer(), &request)
}

#[test]
fn headers_that_say_what_the_arguments_do_pass() {
    for (arguments, headers) in [
        (json!({}), &[][..]),
        (json!({ "value": null, "count": null, "flag": null }), &[]),
        (json!({ "value": "x" }), &[("Mcp-Param-Value", "x")]),
        (json!({ "value": "x" }), &[("mcp-param-value", " x\t")]),
        (json!({ "value": "" }), &[("Mcp-Param-Value", "")]),
        (json!({ "value": "größe" }), &[("Mcp-Param-Value", "=?base64?Z3LDtsOfZQ==?=")]),
        (json!({ "value": "SGVsbG8=" }), &[("Mcp-Param-Value", "SGVsbG8=")]),
        (json!({ "value": "=?base64?SGVsbG8=" }), &[("Mcp-Param-Value", "=?base64?SGVsbG8=")]),
        (json!({ "value": "SGVsbG8=?=" }), &[("Mcp-Param-Value", "SGVsbG8=?=")]),
        (json!({ "count": 42 }), &[("Mcp-Param-Count", "42")]),
        (json!({ "count": 42 }), &[("Mcp-Param-Count", "42.0")]),
        (json!({ "count": 42.0 }), &[("Mcp-Param-Count", "42")]),
        (json!({ "count": -7 }), &[("Mcp-Param-Count", "-7")]),
        (json!({ "count": 9_007_199_254_740_991_i64 }), &[("Mcp-Param-Count", "9007199254740991")]),
        (json!({ "count": 9_007_199_254_740_993_i64 }), &[("Mcp-Param-Count", "9007199254740993")]),
        (
            json!({ "count": 9_007_199_254_740_993_i64 }),
            &[("Mcp-Param-Count", "9007199254740993.0")],
        ),
        (json!({ "count": u64::MAX }), &[("Mcp-Param-Count", "18446744073709551615")]),
        (json!({ "count": 0 }), &[("Mcp-Param-Count", "=?base64?MA==?=")]),
        (json!({ "flag": true }), &[("Mcp-Param-Flag", "true")]),
        (json!({ "flag": false }), &[("Mcp-Param-Flag", "false")]),
        (json!({ "other": "x" }), &[("Mcp-Param-Other", "y"), ("Mcp-Param-", "z")]),
    ] {
        let answer = call(MODERN, &arguments, headers);
        assert_eq!(answer.status, 200, "{arguments} {headers:?}: {answer:?}");
        assert!(answer.result().is_object());
    }
}

#[test]
fn headers_that_say_anything_else_are_a_mismatch() {
    for (arguments, headers) in [
        (json!({ "value": "x" }), &[][..]),
        (json!({ "count": 0 }), &[]),
        (json!({ "flag": false }), &[]),
        (json!({ "value": "" }), &[]),
        (json!({}), &[("Mcp-Param-Value", "x")]),
        (json!({ "value": null }), &[("Mcp-Param-Value", "null")]),
        (json!({ "value": "x" }), &[("Mcp-Param-Value", "X")]),
        (json!({ "value": "x" }), &[("Mcp-Param-Value", "x"), ("Mcp-Param-Value", "x")]),
        (json!({ "value": "Hello" }), &[("Mcp-Param-Value", "=?base64?SGVsbG8?=")]),
        (json!({ "value": "Hello" }), &[("Mcp-Param-Value", "=?base64?SGVs!!!bG8=?=")]),
        (json!({ "value": "Hello" }), &[("Mcp-Param-Value", "=?BASE64?SGVsbG8=?=")]),
        (json!({ "count": 42 }), &[("Mcp-Param-Count", "43")]),
        (json!({ "count": 42 }), &[("Mcp-Param-Count", "42x")]),
        (json!({ "count": 42 }), &[("Mcp-Param-Count", "")]),
        (json!({ "count": 9_007_199_254_740_993_i64 }), &[("Mcp-Param-Count", "9007199254740992")]),
        (
            json!({ "count": 9_007_199_254_740_992_i64 }),
            &[("Mcp-Param-Count", "9007199254740993.0")],
        ),
        (json!({ "count": 9_007_199_254_740_992.0 }), &[("Mcp-Param-Count", "9007199254740993")]),
        (json!({ "count": u64::MAX }), &[("Mcp-Param-Count", "18446744073709551616")]),
        (json!({ "count": 42 }), &[("Mcp-Param-Count", "42.00000000000000000001")]),
        (json!({ "count": 42 }), &[("Mcp-Param-Count", "42.")]),
        (json!({ "count": 1e308 }), &[("Mcp-Param-Count", "inf")]),
        (json!({ "count": "42" }), &[("Mcp-Param-Count", "42.0")]),
        (json!({ "flag": true }), &[("Mcp-Param-Flag", "True")]),
        (json!({ "flag": true }), &[("Mcp-Param-Flag", "1")]),
        (json!({ "value": ["x"] }), &[("Mcp-Param-Value", "x")]),
    ] {
        let answer = call(MODERN, &arguments, headers);
        assert_eq!((answer.status, answer.error_code()), (400, -32020), "{arguments} {headers:?}");
        assert_eq!(answer.json()["id"], 7);
        assert_valid(MODERN, "HeaderMismatchError", &answer.json());
    }
}

#[test]
fn the_revisions_before_have_no_such_headers() {
    let answer = call("2025-11-25", &json!({ "value": "x" }), &[("Mcp-Param-Value", "y")]);
    assert_eq!(answer.status, 200);
}

#[test]
fn what_a_caller_may_not_call_says_nothing_of_its_headers() {
    let (config, log) = (config(CONFIG), Log::default());
    let tool = toolgate_core::mcp::tool::ToolInfo { policy: "image-makers", ..MIRRORED };
    let params = json!({ "name": "mirror", "arguments": { "value": "x" } });
    let request = request_of(MODERN, "tools/call", params);
    let answer = send_to(&tools_only(&config, &[tool], &log), &crate::support::visitor(), &request);
    assert_eq!((answer.status, answer.error_code()), (200, -32602));
}

#[test]
fn mcp_name_repeats_what_names_the_thing() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = full(&config, &log);
    for (method, key, name) in [
        ("prompts/get", "name", "plain"),
        ("resources/read", "uri", "test://static-text"),
        ("tasks/get", "taskId", "t-1"),
        ("tasks/cancel", "taskId", "t-1"),
        ("tasks/update", "taskId", "t-1"),
    ] {
        let send = |header: Option<&str>| {
            let mut params = json!({ "inputResponses": {} });
            params[key] = json!(name);
            let mut request = request_of(MODERN, method, params);
            request.headers_mut().remove("mcp-name");
            if let Some(header) = header {
                request.headers_mut().insert("mcp-name", header.parse().unwrap());
            }
            send_to(&server, &designer(), &request)
        };
        for header in [None, Some("other"), Some(""), Some(&name.to_uppercase()[..])] {
            let answer = send(header);
            assert_eq!((answer.status, answer.error_code()), (400, -32020), "{method} {header:?}");
        }
        let answer = send(Some(name));
        assert!(!answer.body.contains("-32020"), "{method}: {answer:?}");
    }
    // Lists and completions have none, and nobody minds one.
    let request = request_of(MODERN, "prompts/list", json!({ "name": "x" }));
    assert_eq!(send_to(&server, &designer(), &request).status, 200);
}
