//! Changes that a session hears of.

use serde_json::json;
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::session::{MAX_SUBSCRIBED_URI, MAX_SUBSCRIPTIONS};
use toolgate_core::mcp::{Server, SessionState};

use super::support::{Came, Post, ask, ask_as, begun, body, code, send_with};
use crate::schema::assert_valid;
use crate::support::{LEGACY, designer, visitor};

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
