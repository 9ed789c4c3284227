//! The HTTP headers of a request.

use serde_json::json;

use crate::support::{MODERN, designer, modern_meta, post, send};

fn status(headers: &[(&str, &str)]) -> u16 {
    let mut request = http::Request::builder().method("POST").uri("/mcp");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    send(&designer(), &request.body(body.into_bytes()).unwrap()).status
}

#[test]
fn the_body_has_to_be_called_json() {
    for content_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;",
    ] {
        assert_eq!(status(&[("Content-Type", content_type)]), 200, "{content_type}");
    }
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonx",
        "text/plain, application/json",
    ] {
        assert_eq!(status(&[("Content-Type", content_type)]), 415, "{content_type}");
    }
    assert_eq!(status(&[]), 415);
    assert_eq!(
        status(&[("Content-Type", "application/json"), ("Content-Type", "text/plain")]),
        415
    );
}

#[test]
fn whoever_takes_json_or_streams_is_served() {
    let with_accept = |accept: &[&str]| {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(accept.iter().map(|accept| ("Accept", *accept)));
        status(&headers)
    };
    for accept in [
        &[][..],
        &[""],
        &["*/*"],
        &["application/*"],
        &["application/json"],
        &["APPLICATION/json;q=0.5"],
        &["text/event-stream, application/json"],
        &["text/event-stream", "application/json"],
        &["text/event-stream,,*/*;q=0.1"],
        &["text/event-stream"],
        &["application/json; q=0.000, text/event-stream"],
    ] {
        assert_eq!(with_accept(accept), 200, "{accept:?}");
    }
    for accept in [&["text/html"][..], &["application/json;q=0"]] {
        assert_eq!(with_accept(accept), 406, "{accept:?}");
    }
}

/// A modern call of `name` with these headers besides the version.
fn call(name: &str, headers: &[(&str, &str)]) -> (u16, Option<i64>) {
    let params = json!({ "_meta": modern_meta(), "name": name, "arguments": { "a": 1, "b": 2 } });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let mut all = vec![("mcp-protocol-version", MODERN)];
    all.extend_from_slice(headers);
    let answer = post(&all, &body);
    (answer.status, answer.json()["error"]["code"].as_i64())
}

#[test]
fn the_method_and_name_in_headers_are_those_of_the_body() {
    let method = ("Mcp-Method", "tools/call");
    for headers in [
        &[method, ("Mcp-Name", "add")][..],
        &[("MCP-METHOD", "tools/call"), ("mcp-name", "add")],
        &[("Mcp-Method", "  tools/call\t"), ("Mcp-Name", " add ")],
        &[method, ("Mcp-Name", "=?base64?YWRk?=")],
        &[method, ("Mcp-Name", "add"), ("Mcp-Param-Unknown", "x")],
    ] {
        assert_eq!(call("add", headers), (200, None), "{headers:?}");
    }
    for headers in [
        &[][..],
        &[method],
        &[("Mcp-Name", "add")],
        &[("Mcp-Method", "Tools/Call"), ("Mcp-Name", "add")],
        &[("Mcp-Method", "tools/list"), ("Mcp-Name", "add")],
        &[("Mcp-Method", ""), ("Mcp-Name", "add")],
        &[("Mcp-Method", "=?base64?dG9vbHMvY2FsbA==?="), ("Mcp-Name", "add")],
        &[method, ("Mcp-Name", "Add")],
        &[method, ("Mcp-Name", "")],
        &[method, ("Mcp-Name", "generateImage")],
        &[method, method, ("Mcp-Name", "add")],
        &[method, ("Mcp-Name", "add"), ("Mcp-Name", "add")],
        // Not canonical base64, or not exactly the wrapping.
        &[method, ("Mcp-Name", "=?base64?YWR?=")],
        &[method, ("Mcp-Name", "=?base64?YWRk=?=")],
        &[method, ("Mcp-Name", "=?base64?YW Rk?=")],
        &[method, ("Mcp-Name", "=?BASE64?YWRk?=")],
        &[method, ("Mcp-Name", "=?base64?YWRk")],
        &[method, ("Mcp-Name", "=?base64?/w==?=")],
    ] {
        assert_eq!(call("add", headers), (400, Some(-32020)), "{headers:?}");
    }
}

#[test]
fn wrapped_names_are_unwrapped_only_when_whole() {
    let method = ("Mcp-Method", "tools/call");
    // No such tool, but the headers are right.
    for (name, header) in [
        ("größe", "=?base64?Z3LDtsOfZQ==?="),
        ("=?base64?x", "=?base64?x"),
        ("x?=", "x?="),
        ("=?base64?=", "=?base64?="),
        ("", "=?base64??="),
    ] {
        assert_eq!(call(name, &[method, ("Mcp-Name", header)]), (200, Some(-32602)), "{name}");
    }
}

#[test]
fn bytes_that_are_not_ascii_are_a_mismatch() {
    let params = json!({ "_meta": modern_meta(), "name": "größe" });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let request = http::Request::builder()
        .method("POST")
        .header("Content-Type", "application/json")
        .header("MCP-Protocol-Version", MODERN)
        .header("Mcp-Method", "tools/call")
        .header("Mcp-Name", http::HeaderValue::from_bytes("größe".as_bytes()).unwrap())
        .body(body.to_string().into_bytes())
        .unwrap();
    assert_eq!(send(&designer(), &request).error_code(), -32020);
}
