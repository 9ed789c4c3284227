//! Bindings, state, time and questions of a test's server.

use std::time::Duration;

use kit::server;
use toolgate::testing::{AiAnswer, Reply, TestClient, TestServer, json};

fn ada(server: &TestServer) -> TestClient {
    server.as_user("ada@example.com")
}

#[test]
fn a_script_answers_for_the_models() {
    let server = TestServer::new(server()).ai("AI", |model, input| match model {
        "@cf/describe" if input == "blurred" => AiAnswer::Failed("I see nothing".to_owned()),
        "@cf/describe" => json!(format!("a picture of {}", input.as_str().unwrap())).into(),
        "@cf/speak" => AiAnswer::Bytes(vec![1, 2, 3]),
        other => panic!("another model: {other}"),
    });
    let ada = ada(&server);
    ada.call("describe", json!({ "picture": "a cat" })).assert_text("a picture of a cat");
    ada.call("describe", json!({ "picture": "blurred" })).assert_internal_error("I see nothing");
    assert_eq!(ada.call("speak", json!({ "text": "hello" })).bytes(), [1, 2, 3]);
}

#[test]
fn a_binding_that_a_test_has_not_given_is_missing() {
    let ada = ada(&TestServer::new(server()));
    let missing = ada.call("describe", json!({ "picture": "a cat" }));
    missing.assert_internal_error("Binding `AI` is undefined: `TestServer::ai` gives a test one");
    ada.call("region", json!({})).assert_internal_error("Binding `REGION` is undefined");
    ada.call("read_note", json!({ "name": "x" }))
        .assert_internal_error("Binding `NOTES` is undefined");
}

#[test]
fn a_variable_says_what_it_was_set_to() {
    let server = TestServer::new(server()).var("REGION", "eu");
    ada(&server).call("region", json!({})).assert_text("eu");
}

#[test]
fn a_namespace_keeps_what_is_written_until_it_is_deleted() {
    let server = TestServer::new(server()).kv("NOTES", [("milk", "two litres")]);
    let ada = ada(&server);
    let read = |name: &str| ada.call("read_note", json!({ "name": name })).text();
    assert_eq!(read("milk"), "two litres");
    ada.call("write_note", json!({ "name": "bread", "note": "one" })).assert_ok();
    assert_eq!(read("bread"), "one");
    ada.call("delete_note", json!({ "name": "milk" })).assert_ok();
    assert_eq!(read("milk"), "nothing");

    let notes = server.env().kv("NOTES").unwrap();
    let (note, author) = server.run(notes.get("bread").text_with_metadata::<String>()).unwrap();
    assert_eq!((note.as_deref(), author.as_deref()), (Some("one"), Some("ada@example.com")));
}

#[test]
fn what_expires_is_gone_by_the_clock_of_the_test() {
    let server = TestServer::new(server()).at("2026-01-01").kv("NOTES", []);
    let ada = ada(&server);
    ada.call("write_note", json!({ "name": "bread", "note": "one" })).assert_ok();
    server.advance(Duration::from_secs(3599));
    ada.call("read_note", json!({ "name": "bread" })).assert_text("one");
    ada.call("list_notes", json!({ "prefix": "" })).assert_text("bread");
    server.advance(Duration::from_secs(1));
    ada.call("read_note", json!({ "name": "bread" })).assert_text("nothing");
    ada.call("list_notes", json!({ "prefix": "" })).assert_text("");
}

#[test]
fn keys_are_listed_by_prefix_and_in_pages() {
    let names = ["b2", "a1", "b3", "b1", "c1"].map(|name| (name, ""));
    let server = TestServer::new(server()).kv("NOTES", names);
    let list = |prefix: &str| ada(&server).call("list_notes", json!({ "prefix": prefix })).text();
    assert_eq!(list(""), "a1 b1 | b2 b3 | c1");
    assert_eq!(list("b"), "b1 b2 | b3");
}

const SHELF: &str = "CREATE TABLE books (title TEXT UNIQUE, pages INTEGER, price REAL)";

#[test]
fn a_database_is_a_sqlite() {
    let server = TestServer::new(server()).d1("SHELF", SHELF);
    let ada = ada(&server);
    let shelve = |title: &str, pages| {
        ada.call("shelve", json!({ "title": title, "pages": pages })).assert_ok().text()
    };
    shelve("Walden", Some(350));
    let books: serde_json::Value = serde_json::from_str(&shelve("Emma", None)).unwrap();
    let book = |title, pages| json!({ "title": title, "pages": pages, "price": 2.0 });
    assert_eq!(books, json!([book("Emma", None), book("Walden", Some(350))]));
    ada.call("shelve", json!({ "title": "Emma" }))
        .assert_internal_error("UNIQUE constraint failed");
}

#[test]
fn a_batch_happens_whole_or_not_at_all() {
    let server = TestServer::new(server()).d1("SHELF", SHELF);
    let ada = ada(&server);
    let both =
        |one: &str, other: &str| ada.call("shelve_both", json!({ "one": one, "other": other }));
    both("Emma", "Walden").assert_text("2");
    both("Ulysses", "Emma").assert_error("UNIQUE constraint failed");
    both("Ulysses", "Dune").assert_text("4");
}

#[test]
fn a_person_has_a_database_of_their_own() {
    let server = TestServer::new(server());
    let bob = server.as_user("bob@example.com");
    ada(&server).call("sum_up", json!({ "amount": 5 })).assert_text("6");
    bob.call("sum_up", json!({ "amount": 2 })).assert_text("3");
    ada(&server)
        .call("sum_up", json!({ "amount": 10 }))
        .assert_internal_error("CHECK constraint failed");
    ada(&server).call("sum_up", json!({ "amount": 0 })).assert_text("7");
}

#[test]
fn state_is_of_the_person_and_of_the_server_they_are_on() {
    let server = TestServer::new(server());
    let bob = server.as_user("bob@example.com");
    ada(&server).call("visit", json!({})).assert_text("1 of 1");
    bob.call("visit", json!({})).assert_text("1 of 2");
    ada(&server).call("visit", json!({})).assert_text("2 of 3");
    ada(&TestServer::new(kit::server())).call("visit", json!({})).assert_text("1 of 1");
}

#[test]
fn a_clock_stands_still_until_something_waits() {
    let server = TestServer::new(server()).at("2026-01-01T00:00:00Z");
    let ada = ada(&server);
    ada.call("nap", json!({ "seconds": 0 })).assert_text("1767225600 1767225600");
    ada.call("nap", json!({ "seconds": 20 })).assert_text("1767225600 1767225620");
    server.advance(Duration::from_secs(60));
    ada.call("nap", json!({ "seconds": 0 })).assert_text("1767225680 1767225680");
}

#[test]
fn a_call_has_the_time_that_the_server_limits_it_to() {
    let server = TestServer::new(server()).at(1_000_000);
    ada(&server).call("nap", json!({ "seconds": 29 })).assert_ok();
    ada(&server).call("nap", json!({ "seconds": 31 })).assert_error("took too long");
}

#[test]
fn questions_are_answered_in_their_order_and_the_function_runs_again() {
    let server = TestServer::new(server()).at(1_000_000);
    let ada = ada(&server)
        .answers([Reply::form(json!({ "city": "Oslo" })), Reply::sampled("Oslo is fine.")]);
    ada.call("book", json!({})).assert_text("Oslo, held at 1000000: Oslo is fine.");
}

#[test]
fn a_person_may_decline() {
    let ada = ada(&TestServer::new(server())).answers([Reply::declined()]);
    assert!(ada.call("book", json!({})).is_error());
}

#[test]
fn a_client_that_cannot_be_asked_is_not_asked() {
    let ada = ada(&TestServer::new(server()));
    assert!(ada.clone().without_questions().call("book", json!({})).is_error());
    assert!(ada.revision("2025-06-18").call("book", json!({})).is_error());
}

#[test]
#[should_panic(expected = "asks \"Where to?\", and the test has no answer left")]
fn a_question_without_an_answer_fails_the_test() {
    ada(&TestServer::new(server())).call("book", json!({}));
}

#[test]
fn what_a_call_tells_on_its_way_is_heard() {
    let worked = ada(&TestServer::new(server())).call("work", json!({}));
    worked.assert_text("done");
    assert_eq!(worked.logs(), ["begun"]);
    let progress = worked.progress();
    assert_eq!((&progress[0]["progress"], &progress[0]["message"]), (&json!(1), &json!("half")));
    assert_eq!(progress.len(), 2);
}

#[test]
fn changes_are_told_to_the_test() {
    let server = TestServer::new(server());
    ada(&server).call("rewrite_handbook", json!({})).assert_ok();
    assert_eq!(server.take_changes(), ["docs://handbook", "tools"]);
    assert_eq!(server.take_changes(), [""; 0]);
}

#[test]
fn what_may_be_a_task_is_a_plain_call() {
    ada(&TestServer::new(server())).call("export", json!({})).assert_text("exported");
}

#[test]
#[should_panic(expected = "on purpose")]
fn a_panic_of_a_function_fails_the_test() {
    ada(&TestServer::new(server())).call("panics", json!({}));
}

#[test]
#[should_panic(expected = "`TestServer` has no double for a binding of this kind")]
fn a_binding_without_a_double_fails_the_test() {
    let _ = TestServer::new(server()).env().analytics_engine("VISITS");
}
