//! Notifications, responses and batches in a session, and refusals.

use http::HeaderMap;
use serde_json::{Value, json};
use toolgate_core::mcp::peer::Level;
use toolgate_core::mcp::{Call, Server, SessionState};

use super::support::{Came, Post, begun, body, post, send, send_with};
use crate::support::designer;

#[test]
fn replies_and_cancellations_are_handed_on() {
    let mut session = begun("2025-11-25");
    for (body, expected) in [
        (
            r#"{"jsonrpc":"2.0","id":"s-1","result":{"a":1}}"#,
            Came::Reply("s-1".to_owned(), Ok(json!({ "a": 1 }))),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"s-1","error":{"code":-1,"message":"no"}}"#,
            Came::Reply("s-1".to_owned(), Err(json!({ "code": -1, "message": "no" }))),
        ),
        // The ids of the server's requests are text.
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, Came::Nothing),
        (r#"{"jsonrpc":"2.0","id":null,"result":{}}"#, Came::Nothing),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#,
            Came::Cancel(json!(7)),
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7","reason":"x"}}"#,
            Came::Cancel(json!("7")),
        ),
        (r#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#, Came::Nothing),
        (r#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#, Came::Nothing),
    ] {
        assert_eq!(send(&designer(), &mut session, body), expected, "{body}");
    }
}

#[test]
fn what_is_not_a_message_is_refused() {
    let mut session = SessionState::default();
    for body in ["", "{", "[]", "{}", "1", r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#] {
        assert_eq!(send(&designer(), &mut session, body), Came::Refused(400), "{body}");
    }
    assert_eq!(send(&designer(), &mut session, &" ".repeat(65_537)), Came::Refused(413));
}

#[test]
fn batches_are_taken_until_2025_06_18() {
    let batch = r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"count"}}]"#;
    let mut session = begun("2025-03-26");
    let Came::Message(answers) = send(&designer(), &mut session, batch) else { panic!("none") };
    assert_eq!(answers.as_array().map(Vec::len), Some(2));
    assert_eq!(send(&designer(), &mut begun("2025-06-18"), batch), Came::Refused(400));
}

#[test]
fn a_batch_may_have_anything_in_it() {
    let mut session = begun("2025-03-26");
    let batch = json!([
        { "jsonrpc": "2.0", "id": "s-1", "result": {} },
        { "jsonrpc": "2.0", "id": 1, "method": "logging/setLevel", "params": { "level": "error" } },
        { "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 9 } },
        { "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "count" } },
        { "jsonrpc": "2.0", "id": 3, "method": "initialize", "params": {} },
        { "jsonrpc": "2.0" },
    ]);
    let mut levels = Vec::new();
    let mut look = |call: &Call| levels.push(call.peer.log_level);
    let change = &|_: &mut Server<'_>| {};
    let post = Post { caller: &designer(), headers: None, look: &mut look, change };
    let Came::Several(came) = send_with(&mut session, &batch.to_string(), post) else {
        panic!("no batch");
    };
    assert_eq!(levels, [Some(Level::Error)]);
    let [Came::Reply(id, _), Came::Cancel(cancelled), Came::Message(answers)] = came.as_slice()
    else {
        panic!("{came:?}");
    };
    assert_eq!((id.as_str(), cancelled), ("s-1", &json!(9)));
    let answers = answers.as_array().expect("answers");
    let summary = |answer: &Value| (answer["id"].clone(), answer["error"]["code"].as_i64());
    let expected =
        [(json!(1), None), (json!(2), None), (json!(3), Some(-32600)), (Value::Null, Some(-32600))];
    assert_eq!(answers.iter().map(summary).collect::<Vec<_>>(), expected);

    let silent = r#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#;
    assert_eq!(send(&designer(), &mut session, silent), Came::Nothing);
}

#[test]
fn over_http_the_version_that_counts_is_the_negotiated_one() {
    let mut session = begun("2025-06-18");
    let ping = body("ping", &json!({}));
    let (same, other) =
        ([("MCP-Protocol-Version", "2025-06-18")], [("MCP-Protocol-Version", "2025-03-26")]);
    for good in [&[][..], &same, &other] {
        assert!(matches!(post(&mut session, good, &ping), Came::Message(_)));
    }
    for bad in ["2026-07-28", "1999-01-01", ""] {
        let headers = [("MCP-Protocol-Version", bad)];
        assert_eq!(post(&mut session, &headers, &ping), Came::Refused(400), "{bad}");
    }
}

#[test]
fn over_http_the_body_is_json_and_the_answer_something_the_client_takes() {
    let mut session = begun("2025-06-18");
    let ping = body("ping", &json!({}));
    let mut send = |content_type: &'static str, accept: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", content_type.parse().unwrap());
        headers.insert("accept", accept.parse().unwrap());
        let (look, change) = (&mut |_: &Call| {}, &|_: &mut Server<'_>| {});
        let headers = Some(&headers);
        let post = Post { caller: &designer(), headers, look, change };
        send_with(&mut session, &ping, post)
    };
    assert!(matches!(send("application/json", "text/event-stream"), Came::Message(_)));
    assert!(matches!(send("application/json", "*/*"), Came::Message(_)));
    assert_eq!(send("text/plain", "*/*"), Came::Refused(415));
    assert_eq!(send("application/json", "text/html"), Came::Refused(406));
}
