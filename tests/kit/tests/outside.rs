//! Requests by `ctx.fetch()` and by service bindings, and rate limiters.

use std::env;
use std::process::Command;

use kit::server;
use toolgate::testing::{HttpAnswer, TestAnswer, TestServer, json};

const URL: &str = "https://status.example.com/api?service=mail";

fn fetch(server: TestServer, text: Option<&str>) -> TestAnswer {
    let arguments = json!({ "url": URL, "text": text });
    server.as_user("ada@example.com").call("fetch_address", arguments)
}

#[test]
fn a_function_answers_what_fetch_sends_and_sees_all_of_it() {
    let server = TestServer::new(server()).http(|request| {
        assert_eq!(request.to_string(), format!("POST {URL}"));
        assert_eq!(request.header("x-caller"), Some("ada@example.com"));
        assert_eq!(request.header("content-type"), Some("text/plain;charset=UTF-8"));
        assert_eq!(request.text(), "hello");
        HttpAnswer::json(json!("up")).with_status(202)
    });
    fetch(server, Some("hello")).assert_text("202 application/json \"up\"");
}

#[test]
fn a_table_answers_what_fetch_sends() {
    let answer = HttpAnswer::bytes("up");
    let server = TestServer::new(server()).http_answer(format!("GET {URL}"), answer);
    fetch(server, None).assert_text("200  up");
}

#[test]
fn fetch_without_a_context_is_answered_as_well() {
    let server = TestServer::new(server()).http(|_| HttpAnswer::bytes("up"));
    let ada = server.as_user("ada@example.com");
    ada.call("fetch_plainly", json!({ "url": URL })).assert_text("up");
}

#[test]
fn fetch_fails_where_there_is_no_connection_or_no_answer_or_no_address() {
    let server = TestServer::new(server()).http(|_| HttpAnswer::Unreachable);
    fetch(server, None).assert_error("Network connection lost");
    let server = TestServer::new(kit::server()).http(|_| HttpAnswer::Never);
    fetch(server, None).assert_error("took too long");
    let ada = TestServer::new(kit::server()).as_user("ada@example.com");
    ada.call("fetch_address", json!({ "url": "nowhere" })).assert_error("Invalid URL");
}

#[test]
#[should_panic(
    expected = "the test does not expect GET https://status.example.com/api?service=mail: give"
)]
fn a_fetch_that_nobody_answers_fails_the_test_with_its_address() {
    drop(fetch(TestServer::new(server()), None));
}

#[test]
#[should_panic(expected = "non-wasm targets")]
fn what_needs_javascript_fails_the_test_that_comes_to_it_and_no_other() {
    drop(toolgate::worker::Cache::default());
}

#[test]
fn a_raw_value_of_javascript_ends_the_program_and_names_the_test() {
    const IS_INNER: &str = "MAKES_A_VALUE_OF_JAVASCRIPT";
    if env::var_os(IS_INNER).is_some() {
        drop(TestServer::new(server()));
        drop(toolgate::worker::wasm_bindgen::JsValue::from_str("text"));
        return;
    }
    let name = "a_raw_value_of_javascript_ends_the_program_and_names_the_test";
    let mut inner = Command::new(env::current_exe().expect("this program"));
    let output = inner.args([name, "--exact"]).env(IS_INNER, "1").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains(&format!("`{name}` makes a value of JavaScript")), "{said}");
}

#[test]
fn another_worker_is_answered_by_a_function_or_a_table() {
    let server = TestServer::new(server())
        .service("BILLING", |request| {
            request.url().ends_with("/ada").then(|| HttpAnswer::bytes("paid"))
        })
        .service_answer("BILLING", "GET https://billing/bob", HttpAnswer::bytes("owes"));
    let ada = server.as_user("ada@example.com");
    ada.call("bill", json!({ "customer": "ada" })).assert_text("paid");
    ada.call("bill", json!({ "customer": "bob" })).assert_text("owes");
}

#[test]
#[should_panic(expected = "does not expect GET https://billing/eve by the binding `BILLING`")]
fn a_request_to_another_worker_that_nobody_answers_fails_the_test() {
    let server = TestServer::new(server()).service("BILLING", |_| None);
    let ada = server.as_user("ada@example.com");
    drop(ada.call("bill", json!({ "customer": "eve" })));
}

#[test]
fn a_rate_limiter_lets_through_as_many_as_the_test_says_for_each_key() {
    let server = TestServer::new(server()).rate_limit("PER_PERSON", 2);
    let (ada, bob) = (server.as_user("ada@example.com"), server.as_user("bob@example.com"));
    ada.call("do_seldom", json!({})).assert_ok();
    ada.call("do_seldom", json!({})).assert_ok();
    ada.call("do_seldom", json!({})).assert_error("not so often");
    bob.call("do_seldom", json!({})).assert_ok();
}

#[test]
fn a_function_decides_in_place_of_a_rate_limiter() {
    let server = TestServer::new(server()).rate_limiter("PER_PERSON", |key| key.starts_with("ada"));
    server.as_user("ada@example.com").call("do_seldom", json!({})).assert_ok();
    server.as_user("bob@example.com").call("do_seldom", json!({})).assert_error("not so often");
}
