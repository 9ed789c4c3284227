//! Sessions of the legacy revisions: Streamable HTTP with an id, and HTTP+SSE.

mod messages;
mod subscriptions;
mod support;

use serde_json::json;
use toolgate_core::audit::Log;
use toolgate_core::mcp::peer::{ClientCapabilities, Level};
use toolgate_core::mcp::{Accepted, Call, Revision, Server, SessionState, accept_http};

use self::support::{Came, Post, ask, ask_as, begun, body, code, initialize, send_with};
use crate::schema::assert_valid;
use crate::support::{
    CONFIG, LEGACY, NoVars, config, designer, full, modern_meta, request, visitor,
};

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
