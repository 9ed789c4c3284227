//! Sessions of the legacy revisions: Streamable HTTP with an id, and HTTP+SSE.

use http::HeaderMap;
use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::listen::LISTENING;
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::peer::{ClientCapabilities, Level};
use toolgate_core::mcp::session::{MAX_SUBSCRIBED_URI, MAX_SUBSCRIPTIONS};
use toolgate_core::mcp::{
    Accepted, AcceptedSession, Call, Revision, Server, SessionAnswer, SessionState, Signal,
    accept_http, accept_session,
};
use toolgate_policy::Caller;

use crate::schema::assert_valid;
use crate::support::{
    CONFIG, LEGACY, NoVars, config, designer, full, modern_meta, request, run, visitor,
};

/// What a POST comes to, with everything run that it asks for.
#[derive(Debug, PartialEq)]
enum Came {
    /// Refused with this status.
    Refused(u16),
    /// 202.
    Nothing,
    /// A message.
    Message(Value),
    /// A reply to the server: its id, and whether it is a result.
    Reply(String, Result<Value, Value>),
    /// The id of a request that is no longer wanted.
    Cancel(Value),
    /// Of a batch, signals before the answer.
    Several(Vec<Came>),
}

struct Post<'a> {
    caller: &'a Caller,
    headers: Option<&'a HeaderMap>,
    /// Looks at the calls before they run.
    look: &'a mut dyn FnMut(&Call),
    change: &'a dyn Fn(&mut Server<'_>),
}

fn send_with(session: &mut SessionState, body: &str, post: Post<'_>) -> Came {
    let (config, log) = (config(CONFIG), Log::default());
    let mut server =
        Server { sessions: true, notifications: Some(&LISTENING), ..full(&config, &log) };
    (post.change)(&mut server);
    let accepted =
        accept_session(&server, post.caller, &NoVars, session, post.headers, body.as_bytes());
    came(accepted, post.look)
}

fn came(accepted: AcceptedSession, look: &mut dyn FnMut(&Call)) -> Came {
    let message = |text: String| Came::Message(serde_json::from_str(&text).expect("JSON"));
    let answer = match accepted.answer {
        SessionAnswer::Refuse(response) => Came::Refused(response.status().as_u16()),
        SessionAnswer::Accepted => Came::Nothing,
        SessionAnswer::Text(text) => message(text),
        SessionAnswer::Run(mut exchange) => {
            let calls = exchange.calls();
            calls.iter().for_each(&mut *look);
            message(exchange.finish_text(calls.iter().map(|call| (call.slot, run(call))).collect()))
        }
    };
    let signals = accepted.signals.into_iter().map(|signal| match signal {
        Signal::Reply { id, reply } => Came::Reply(id, reply),
        Signal::Cancel { request_id } => Came::Cancel(request_id),
    });
    let mut all: Vec<Came> = signals.chain([answer]).collect();
    match &all[..] {
        [_] | [_, Came::Nothing] => all.remove(0),
        _ => Came::Several(all),
    }
}

fn send(caller: &Caller, session: &mut SessionState, body: &str) -> Came {
    let (look, change) = (&mut |_: &Call| {}, &|_: &mut Server<'_>| {});
    send_with(session, body, Post { caller, headers: None, look, change })
}

fn post(session: &mut SessionState, headers: &[(&str, &str)], body: &str) -> Came {
    let request = request(headers, body);
    let (look, change) = (&mut |_: &Call| {}, &|_: &mut Server<'_>| {});
    let headers = Some(request.headers());
    send_with(session, body, Post { caller: &designer(), headers, look, change })
}

fn body(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

fn ask_as(caller: &Caller, session: &mut SessionState, method: &str, params: Value) -> Value {
    match send(caller, session, &body(method, &params)) {
        Came::Message(message) => message,
        other => panic!("{method}: {other:?}"),
    }
}

fn ask(session: &mut SessionState, method: &str, params: Value) -> Value {
    ask_as(&designer(), session, method, params)
}

fn initialize(revision: &str, capabilities: &Value) -> Value {
    json!({
        "protocolVersion": revision,
        "capabilities": capabilities,
        "clientInfo": { "name": "client", "version": "1" },
    })
}

fn begun(revision: &str) -> SessionState {
    let mut session = SessionState::default();
    let answer = ask(&mut session, "initialize", initialize(revision, &json!({})));
    assert_eq!(answer["result"]["protocolVersion"], revision);
    session
}

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {answer}"))
}

#[test]
fn a_session_speaks_2024_11_05_until_told_otherwise() {
    let mut session = SessionState::default();
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
        let mut session = SessionState::default();
        let answer = ask(&mut session, "initialize", initialize(asked, &json!({})));
        assert_eq!(answer["result"]["protocolVersion"], answered);
        assert!(session.is_begun);
        let list = ask(&mut session, "tools/list", json!({}));
        assert_eq!(list["result"]["tools"][0].get("title").is_some(), titled);
    }
}

#[test]
fn a_session_begins_once() {
    for revision in LEGACY {
        let mut session = begun(revision);
        let before = session.clone();
        let again = ask(&mut session, "initialize", initialize("2024-11-05", &json!({})));
        assert_eq!(code(&again), -32600);
        assert_eq!(session, before);
    }
    let mut session = SessionState::default();
    assert_eq!(code(&ask(&mut session, "initialize", json!({}))), -32602);
    assert_eq!(session, SessionState::default());
}

#[test]
fn over_http_initialize_begins_the_same_session() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = Server { sessions: true, ..full(&config, &log) };
    let capabilities = json!({ "sampling": {}, "elicitation": {} });
    let params = initialize("2025-11-25", &capabilities);
    let request = request(&[], body("initialize", &params));
    let Accepted::Begin(begin) = accept_http(&server, &visitor(), &NoVars, &request) else {
        panic!("no session");
    };
    let mut session = SessionState::default();
    ask(&mut session, "initialize", params);
    assert_eq!(begin.session, session);
    assert_eq!(session.revision, Revision::V2025_11_25);
    let declared =
        ClientCapabilities { elicitation: true, sampling: true, ..ClientCapabilities::default() };
    assert_eq!(session.capabilities, declared);
}

#[test]
fn capabilities_are_those_that_the_revision_has() {
    let all = json!({
        "elicitation": { "url": {}, "form": {} }, "sampling": {}, "roots": {},
        "extensions": { "io.modelcontextprotocol/tasks": {} },
    });
    for (revision, elicitation, elicitation_url) in [
        ("2024-11-05", false, false),
        ("2025-03-26", false, false),
        ("2025-06-18", true, false),
        ("2025-11-25", true, true),
    ] {
        let mut session = SessionState::default();
        ask(&mut session, "initialize", initialize(revision, &all));
        let expected = ClientCapabilities {
            elicitation,
            elicitation_url,
            sampling: true,
            roots: true,
            tasks: false,
        };
        assert_eq!(session.capabilities, expected, "{revision}");
    }
    for (elicitation, forms, pages) in [
        (json!({}), true, false),
        (json!({ "url": {} }), false, true),
        (json!({ "form": {} }), true, false),
        (json!(true), false, false),
    ] {
        let read = ClientCapabilities::read(
            Some(&json!({ "elicitation": elicitation })),
            Revision::V2025_11_25,
        );
        assert_eq!((read.elicitation, read.elicitation_url), (forms, pages), "{elicitation}");
    }
}

#[test]
fn a_call_knows_the_client_of_its_session() {
    let mut session = SessionState::default();
    ask(&mut session, "initialize", initialize("2025-06-18", &json!({ "roots": {} })));
    ask(&mut session, "logging/setLevel", json!({ "level": "warning" }));
    let params = json!({ "name": "count", "_meta": { "progressToken": 5 } });
    for text in [
        body("tools/call", &params),
        body("resources/read", &json!({ "uri": "test://static-text" })),
    ] {
        let mut seen = 0;
        let mut look = |call: &Call| {
            seen += 1;
            assert_eq!(call.peer.revision, Revision::V2025_06_18);
            assert_eq!(call.peer.log_level, Some(Level::Warning));
            assert!(call.peer.capabilities.roots);
            assert!(!call.peer.capabilities.sampling);
        };
        let change = &|_: &mut Server<'_>| {};
        let post = Post { caller: &designer(), headers: None, look: &mut look, change };
        assert!(matches!(send_with(&mut session, &text, post), Came::Message(_)));
        assert_eq!(seen, 1);
    }
}

#[test]
fn the_log_level_is_one_of_the_eight() {
    for revision in LEGACY {
        let mut session = begun(revision);
        assert_eq!(session.log_level, None);
        let answer = ask(&mut session, "logging/setLevel", json!({ "level": "notice" }));
        assert_valid(revision, "EmptyResult", &answer["result"]);
        assert_eq!(session.log_level, Some(Level::Notice));
        for wrong in [json!({ "level": "loud" }), json!({ "level": 3 }), json!({})] {
            assert_eq!(code(&ask(&mut session, "logging/setLevel", wrong)), -32602);
        }
        assert_eq!(session.log_level, Some(Level::Notice));
    }
}

#[test]
fn a_server_that_does_not_log_has_no_level() {
    let mut session = begun("2025-06-18");
    let change = &|server: &mut Server<'_>| server.families = &[];
    let post = Post { caller: &designer(), headers: None, look: &mut |_| {}, change };
    let text = body("logging/setLevel", &json!({ "level": "info" }));
    let Came::Message(answer) = send_with(&mut session, &text, post) else { panic!("no answer") };
    assert_eq!(code(&answer), -32601);
    assert_eq!(session.log_level, None);
}

#[test]
fn subscriptions_are_for_resources_that_the_caller_may_read() {
    for revision in LEGACY {
        let mut session = begun(revision);
        for uri in ["test://drawings/7", "test://static-text", "test://static-text"] {
            let answer = ask(&mut session, "resources/subscribe", json!({ "uri": uri }));
            assert_valid(revision, "EmptyResult", &answer["result"]);
        }
        assert_eq!(session.subscriptions, ["test://drawings/7", "test://static-text"]);
        let answer =
            ask(&mut session, "resources/unsubscribe", json!({ "uri": "test://static-text" }));
        assert_valid(revision, "EmptyResult", &answer["result"]);
        assert_eq!(session.subscriptions, ["test://drawings/7"]);

        let mut session = begun(revision);
        for uri in ["test://drawings/7", "test://nothing"] {
            let params = json!({ "uri": uri });
            let answer = ask_as(&visitor(), &mut session, "resources/subscribe", params);
            assert_eq!((code(&answer), &answer["error"]["data"]["uri"]), (-32002, &json!(uri)));
        }
        assert_eq!(code(&ask(&mut session, "resources/subscribe", json!({}))), -32602);
        assert!(session.subscriptions.is_empty());
    }
}

#[test]
fn subscriptions_are_bounded() {
    let mut session = begun("2025-11-25");
    for index in 0..MAX_SUBSCRIPTIONS {
        let uri = format!("test://template/{index}/data");
        assert!(
            ask(&mut session, "resources/subscribe", json!({ "uri": uri })).get("result").is_some()
        );
    }
    let one_more = json!({ "uri": "test://static-text" });
    assert_eq!(code(&ask(&mut session, "resources/subscribe", one_more)), -32602);
    assert_eq!(session.subscriptions.len(), MAX_SUBSCRIPTIONS);
    let long = json!({ "uri": format!("test://template/{}/data", "x".repeat(MAX_SUBSCRIBED_URI)) });
    assert_eq!(code(&ask(&mut begun("2025-11-25"), "resources/subscribe", long)), -32002);
    let longer = json!({ "uri": "x".repeat(50_000) });
    let answer = ask(&mut begun("2025-11-25"), "resources/subscribe", longer);
    assert!(code(&answer) == -32002 && answer.to_string().len() < 200, "{answer}");
}

#[test]
fn where_nothing_is_announced_nothing_is_subscribed_to() {
    let change: &dyn Fn(&mut Server<'_>) = &|server| server.notifications = None;
    let mut session = begun("2025-06-18");
    let text = body("resources/subscribe", &json!({ "uri": "test://static-text" }));
    let post = Post { caller: &designer(), headers: None, look: &mut |_| {}, change };
    let Came::Message(answer) = send_with(&mut session, &text, post) else { panic!("no answer") };
    assert_eq!(code(&answer), -32601);
}

#[test]
fn a_session_hears_of_lists_and_of_its_subscriptions() {
    let mut session = begun("2025-06-18");
    ask(&mut session, "resources/subscribe", json!({ "uri": "test://static-text" }));
    assert!(session.wants(&Change::Tools));
    assert!(session.wants(&Change::Resource("test://static-text".to_owned())));
    assert!(!session.wants(&Change::Resource("test://drawings/1".to_owned())));
    let task = Change::Task {
        subject_key: "1".to_owned(),
        tool: "add".to_owned(),
        task: json!({ "taskId": "1" }),
    };
    assert!(!session.wants(&task));
    assert!(!SessionState::default().wants(&Change::Tools));
}

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

#[test]
fn modern_requests_are_legacy_ones_here() {
    let mut session = SessionState::default();
    for method in ["server/discover", "subscriptions/listen", "tasks/get"] {
        let answer = ask(&mut session, method, json!({ "_meta": modern_meta() }));
        assert_eq!(code(&answer), -32601);
    }
    let list = ask(&mut session, "tools/list", json!({ "_meta": modern_meta() }));
    assert!(list["result"].get("resultType").is_none());
}

#[test]
fn the_caller_of_each_message_is_judged() {
    let mut session = SessionState::default();
    let params = json!({ "name": "generateImage" });
    let allowed = ask(&mut session, "tools/call", params.clone());
    assert!(allowed.get("result").is_some());
    let denied = ask_as(&visitor(), &mut session, "tools/call", params);
    assert_eq!(code(&denied), -32602);
}

#[test]
fn a_session_survives_storage() {
    let mut session = SessionState::default();
    ask(&mut session, "initialize", initialize("2025-11-25", &json!({ "roots": {} })));
    ask(&mut session, "logging/setLevel", json!({ "level": "alert" }));
    ask(&mut session, "resources/subscribe", json!({ "uri": "test://static-text" }));
    let text = serde_json::to_string(&session).expect("JSON");
    assert_eq!(toolgate_core::from_json::read::<SessionState>(&text).expect("a session"), session);
}
