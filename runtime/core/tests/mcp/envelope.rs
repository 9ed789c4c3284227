//! What is a message of JSON-RPC at all.

use serde_json::{Value, json};

use crate::support::{MODERN, designer, no_params, post, request, send};

const VERSION: &str = "MCP-Protocol-Version";

fn list(params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params })
}

#[test]
fn what_is_not_json_is_a_parse_error_without_id() {
    for body in ["", "{", "nonsense", "{} {}", "{\"a\":\"\\ud800\"}", "NaN"] {
        for headers in [&[][..], &[(VERSION, MODERN)][..]] {
            let answer = send(&designer(), &request(headers, body));
            assert_eq!(answer.status, 400, "{body}");
            assert_eq!(answer.error_code(), -32700, "{body}");
            assert!(answer.json().get("id").is_none());
        }
    }
    let answer = send(&designer(), &request(&[], vec![b'"', 0xff, b'"']));
    assert_eq!(answer.error_code(), -32700);
}

#[test]
fn what_is_nested_too_deeply_is_a_parse_error() {
    let nested = |levels: usize| {
        let arguments = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"report","arguments":{{"about":{arguments}}}}}}}"#
        )
    };
    // Three objects are around the arrays.
    let deepest = toolgate_core::mcp::MAX_NESTING as usize - 3;
    assert_eq!(send(&designer(), &request(&[], nested(deepest))).status, 200);
    assert_eq!(send(&designer(), &request(&[], nested(deepest + 1))).error_code(), -32700);
    assert_eq!(send(&designer(), &request(&[], "[".repeat(60_000))).error_code(), -32700);
    // Brackets in text do not count.
    let quoted = list(json!({ "note": format!("\"{}\\", "[".repeat(200)) }));
    assert_eq!(post(&[], &quoted).status, 200);
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let answer = send(&designer(), &request(&[], " ".repeat(65_537)));
    assert_eq!(answer.status, 413);
    let mut whole = list(no_params()).to_string();
    whole.push_str(&" ".repeat(65_536 - whole.len()));
    assert_eq!(send(&designer(), &request(&[], whole)).status, 200);
}

#[test]
fn what_is_not_a_message_is_an_invalid_request() {
    for (body, id) in [
        (json!(1), None),
        (json!("ping"), None),
        (json!(null), None),
        (json!({}), None),
        (json!({ "id": 1, "method": "ping" }), Some(json!(1))),
        (json!({ "jsonrpc": "1.0", "id": 1, "method": "ping" }), Some(json!(1))),
        (json!({ "jsonrpc": 2.0, "id": 1, "method": "ping" }), Some(json!(1))),
        (json!({ "jsonrpc": "2.0", "id": 1 }), Some(json!(1))),
        (json!({ "jsonrpc": "2.0", "id": 1, "method": 5 }), Some(json!(1))),
        (json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "result": {} }), Some(json!(1))),
        (json!({ "jsonrpc": "2.0", "id": 1, "result": {}, "error": {} }), Some(json!(1))),
        (json!({ "jsonrpc": "2.0", "id": null, "method": "ping" }), None),
        (json!({ "jsonrpc": "2.0", "id": 1.5, "method": "ping" }), None),
        (json!({ "jsonrpc": "2.0", "id": true, "method": "ping" }), None),
        (json!({ "jsonrpc": "2.0", "id": [1], "method": "ping" }), None),
        (json!({ "jsonrpc": "2.0", "id": "x".repeat(257), "method": "ping" }), None),
    ] {
        for headers in [&[][..], &[(VERSION, "2025-11-25")][..], &[(VERSION, MODERN)][..]] {
            let answer = post(headers, &body);
            assert_eq!(answer.status, 400, "{body}");
            assert_eq!(answer.error_code(), -32600, "{body}");
            assert_eq!(answer.json().get("id"), id.as_ref(), "{body}");
        }
    }
}

#[test]
fn params_are_an_object() {
    for params in [json!([]), json!("x"), json!(1), json!(false)] {
        let answer = post(&[], &list(params));
        assert_eq!(answer.status, 400);
        assert_eq!(answer.error_code(), -32602);
        assert_eq!(answer.json()["id"], 1);
    }
    assert_eq!(post(&[], &list(json!(null))).status, 200);
}

#[test]
fn ids_are_given_back_as_they_came() {
    for id in [json!(0), json!(-1), json!("a\"b"), json!(""), json!(u64::MAX), json!(i64::MIN)] {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
        assert_eq!(post(&[], &body).json()["id"], id);
    }
}

#[test]
fn an_id_is_given_back_in_the_one_way_to_write_a_whole_number() {
    for (sent, answered) in [
        ("1e3", json!(1000)),
        ("1000.0", json!(1000)),
        ("-0", json!(0)),
        ("-0.0", json!(0)),
        ("-2.5e1", json!(-25)),
        ("9007199254740991.0", json!(9_007_199_254_740_991_i64)),
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{sent},"method":"ping"}}"#);
        let answer = send(&designer(), &request(&[], body));
        assert_eq!(answer.status, 200, "{sent}");
        assert_eq!(answer.json()["id"].to_string(), answered.to_string(), "{sent}");
    }
    for sent in ["1.5", "-0.1", "1e-3", "1e20", "9007199254740993.0", "18446744073709551616"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{sent},"method":"ping"}}"#);
        let answer = send(&designer(), &request(&[], body));
        assert_eq!((answer.status, answer.error_code()), (400, -32600), "{sent}");
        assert!(answer.json().get("id").is_none(), "{sent}");
    }
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let call = |arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"report","arguments":{arguments}}}}}"#
        )
    };
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","met\u0068od":"ping"}"#.to_owned(),
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}]"#.to_owned(),
        r#"{"jsonrpc":"2.0","method":"notifications/x","params":{"a":1,"a":1}}"#.to_owned(),
        call(r#"{"about":1,"about":2}"#),
        call(r#"{"about":[{"a":{"b":1,"b":{"c":1}}}]}"#),
    ] {
        for headers in [&[][..], &[(VERSION, "2025-03-26")][..], &[(VERSION, MODERN)][..]] {
            let answer = send(&designer(), &request(headers, body.clone()));
            assert_eq!((answer.status, answer.error_code()), (400, -32600), "{body}");
            assert!(answer.json().get("id").is_none(), "{body}");
        }
    }
    // One name in several objects, and colons in text, are nothing of the kind.
    let alike = call(r#"{"about":[{"a":{"a":"a:a,a:\":{}"}},{"a":2}],"a":{":":1}}"#);
    assert_eq!(send(&designer(), &request(&[], alike)).status, 200);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let answer = send(&designer(), &request(&[], format!("\u{feff}{ping}")));
    assert_eq!((answer.status, answer.json()["id"].clone()), (200, json!(1)));
    let answer = send(&designer(), &request(&[], format!("\u{feff}\u{feff}{ping}")));
    assert_eq!(answer.error_code(), -32700);
}
