//! Sessions of the revisions that have them.

use std::time::Duration;

use kit::server;
use toolgate::testing::{Reply, TestServer, json};

#[test]
fn a_tool_asks_its_client_in_a_session_and_goes_on_where_it_is() {
    let server = TestServer::new(server()).at(1000);
    for revision in ["2025-06-18", "2025-11-25"] {
        let ada = server.as_user("ada@example.com").revision(revision);
        let replies = [Reply::form(json!({ "city": "Oslo" })), Reply::sampled("snow")];
        let session = ada.answers(replies).session();
        session.call("book", json!({})).assert_text("Oslo, held at 1000: snow");
    }
}

#[test]
#[should_panic(expected = "asks \"Where to?\", and the test has no answer left")]
fn a_question_in_a_session_that_the_test_does_not_answer_fails_it() {
    let session = TestServer::new(server()).as_user("ada@example.com").session();
    drop(session.call("book", json!({})));
}

#[test]
fn logs_and_progress_come_with_the_answer() {
    let session = TestServer::new(server()).as_user("ada@example.com").session();
    let answer = session.call("work", json!({}));
    answer.assert_text("done");
    assert_eq!(answer.logs(), ["begun"]);
    assert_eq!(answer.progress()[0]["message"], "half");
}

#[test]
fn policies_and_arguments_are_judged_in_a_session_too() {
    let server = TestServer::new(server()).var("STAFF", "ada@example.com");
    let bob = server.as_user("bob@example.com").session();
    bob.call("whoami", json!({})).assert_denied();
    bob.call("add", json!({ "a": 1 })).assert_error("b: is required");
    server.as_user("ada@example.com").session().call("whoami", json!({})).assert_ok();
}

#[test]
fn a_session_hears_of_what_it_subscribed_to() {
    let server = TestServer::new(server());
    let session = server.as_user("ada@example.com").session();
    session.subscribe("docs://handbook");
    let stream = session.listen();
    session.call("rewrite_handbook", json!({})).assert_ok();
    session.call("rewrite_rules", json!({})).assert_ok();
    let heard = stream.take();
    let methods: Vec<_> = heard.iter().filter_map(|message| message["method"].as_str()).collect();
    assert_eq!(
        methods,
        ["notifications/resources/updated", "notifications/tools/list_changed"],
        "{heard:?}"
    );
}

#[test]
fn a_client_comes_back_for_the_rest_of_a_stream_that_the_tool_has_closed() {
    let session = TestServer::new(server()).as_user("ada@example.com").session();
    session.call("work_apart", json!({})).assert_text("done");
}

#[test]
fn a_session_is_over_when_it_is_ended_or_idle() {
    let server = TestServer::new(server());
    let ada = server.as_user("ada@example.com");
    let (ended, idle) = (ada.session(), ada.session());
    ended.call("add", json!({ "a": 1, "b": 2 })).assert_text("3");
    ended.end();
    ended.call("add", json!({ "a": 1, "b": 2 })).assert_error("There is no such session");
    idle.call("add", json!({ "a": 1, "b": 2 })).assert_text("3");
    server.advance(Duration::from_secs(30 * 24 * 3600));
    idle.call("add", json!({ "a": 1, "b": 2 })).assert_error("There is no such session");
}

#[test]
fn state_is_the_person_s_and_not_the_session_s() {
    let server = TestServer::new(server());
    let ada = server.as_user("ada@example.com");
    ada.session().call("visit", json!({})).assert_text("1 of 1");
    ada.session().call("visit", json!({})).assert_text("2 of 2");
    ada.call("visit", json!({})).assert_text("3 of 3");
}
