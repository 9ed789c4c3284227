//! Requests to other servers, which the test answers.

use kit::server;
use toolgate::prelude::{Caller, Context};
use toolgate::testing::{HttpAnswer, TestServer, json};

const STATE: &str = "GET https://status.example.com/api?service=mail%20box";

fn state(server: TestServer) -> toolgate::testing::TestAnswer {
    let server = server.var("STATUS_TOKEN", "canary");
    server.as_user("ada@example.com").call("service_state", json!({ "service": "mail box" }))
}

#[test]
fn a_function_answers_and_sees_the_whole_request() {
    let server = TestServer::new(server()).http(|request| {
        assert_eq!(request.method(), "GET");
        assert_eq!(request.url(), "https://status.example.com/api?service=mail%20box");
        assert_eq!(request.header("Authorization"), Some("Bearer canary"));
        HttpAnswer::json(json!({ "state": "up" }))
    });
    state(server).assert_text("up");
}

#[test]
fn a_table_answers_by_method_and_address() {
    let answer = HttpAnswer::json(json!({ "state": "down" }));
    state(TestServer::new(server()).http_answer(STATE, answer)).assert_text("down");
}

#[test]
fn a_function_that_does_not_expect_a_request_leaves_it_to_the_next() {
    let server = TestServer::new(server())
        .http(|request| (request.method() == "POST").then(|| HttpAnswer::status(500)))
        .http_answer(STATE, HttpAnswer::json(json!({ "state": "up" })));
    state(server).assert_text("up");
}

#[test]
#[should_panic(
    expected = "the test does not expect GET https://status.example.com/api?service=mail%20box"
)]
fn a_request_that_nobody_answers_fails_the_test_with_its_address() {
    drop(state(TestServer::new(server())));
}

#[test]
fn a_secret_that_is_not_set_is_named() {
    let ada = TestServer::new(server()).as_user("ada@example.com");
    let answer = ada.call("service_state", json!({ "service": "mail" }));
    answer.assert_internal_error("the secret `STATUS_TOKEN` is not set");
}

#[test]
fn a_secret_that_mcp_toml_does_not_name_is_refused_even_where_the_test_sets_it() {
    let server =
        TestServer::new(server()).var("OTHER_TOKEN", "canary").var("STATUS_TOKEN", "known");
    let ctx = Context::new(Caller::default(), server.env().clone(), "1".to_owned());
    for name in ["OTHER_TOKEN", "UNKNOWN_TOKEN", "COOKIE_ENCRYPTION_KEY", "status_token", ""] {
        let error = ctx.secret(name).expect_err(name).to_string();
        let expected = format!(
            "the secret `{name}` is not in `[secrets]` of mcp.toml: add it there with its purpose, so that \
             `cargo toolgate setup` asks for it"
        );
        assert_eq!(error, expected);
    }
    assert_eq!(ctx.secret("STATUS_TOKEN").expect("it is named").expose(), "known");
    // The Worker's variables are not asked for by `[secrets]`.
    assert_eq!(ctx.env().var("OTHER_TOKEN").expect("it is set").to_string(), "canary");
}

/// The log reads the host and the problem, and nothing of the request or of the answer.
#[track_caller]
fn assert_failure(answer: HttpAnswer, expected: &str) {
    let answer = state(TestServer::new(server()).http_answer(STATE, answer));
    answer.assert_internal_error(expected);
    let said = format!("{answer:?}");
    for secret in ["canary", "mail box", "mail%20box", "of-the-answer"] {
        assert!(!said.replace("\"service\": String(\"mail box\")", "").contains(secret), "{said}");
    }
}

#[test]
fn failures_name_the_host_and_nothing_secret() {
    let body = json!({ "token": "of-the-answer" });
    assert_failure(HttpAnswer::status(503), "status.example.com answered 503");
    assert_failure(
        HttpAnswer::status(302).header("location", "https://evil.example/of-the-answer"),
        "status.example.com answered 302: redirects are not followed",
    );
    assert_failure(
        HttpAnswer::json(body.clone()).with_status(401),
        "status.example.com answered 401",
    );
    assert_failure(
        HttpAnswer::json(body),
        "status.example.com answered something else than the expected JSON, at line 1",
    );
    assert_failure(
        HttpAnswer::bytes(vec![b' '; 101]),
        "status.example.com answered more than 100 bytes",
    );
    assert_failure(HttpAnswer::Unreachable, "status.example.com cannot be reached");
    assert_failure(HttpAnswer::Never, "status.example.com did not answer within 30 s");
}

#[test]
fn a_form_is_encoded_and_any_status_can_be_taken() {
    let server = TestServer::new(server()).http(|request| {
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        HttpAnswer::bytes(request.text()).header("content-type", "text/plain").with_status(404)
    });
    let ada = server.as_user("ada@example.com");
    ada.call("ask_address", json!({ "url": "https://a.example/x?y=1" }))
        .assert_text("404 text/plain a+b=%C3%A4%26%3D");
}

#[test]
fn what_is_no_address_of_the_web_is_not_asked() {
    let ada = TestServer::new(server()).as_user("ada@example.com");
    for url in [
        "https://a.example/x#y",
        "https://a.example/../x",
        "https://a.example/x/%2E.",
        "https://a.example/\\x",
        "",
        "/x",
        "a.example",
        "ftp://a.example/",
        "https://",
        "https://u:p@a.example/",
        "https://a b/",
    ] {
        let answer = ada.call("ask_address", json!({ "url": url }));
        answer.assert_internal_error("an address that cannot be asked");
    }
}

#[test]
fn a_credential_goes_over_https_or_to_this_machine() {
    let server = TestServer::new(server()).http(|request| {
        assert_eq!(request.json::<String>(), "told");
        HttpAnswer::status(204)
    });
    let ada = server.as_user("ada@example.com");
    let tell = |url: &str| ada.call("tell_address", json!({ "url": url }));
    for url in
        ["https://a.example", "http://localhost:8080/", "http://127.0.0.1/", "http://[::1]/x"]
    {
        tell(url).assert_text("204");
    }
    for url in ["http://a.example/", "http://localhost.a.example/", "http://127.0.0.1.a.example/"] {
        tell(url).assert_error("a credential is sent over https only");
    }
}

#[test]
fn what_a_caller_adds_to_a_path_is_one_segment() {
    let server = TestServer::new(server()).http(|request| HttpAnswer::bytes(request.url()));
    let ada = server.as_user("ada@example.com");
    let find = |id: &str| ada.call("find_order", json!({ "id": id }));
    find("7").assert_text("https://orders.example.com/v1/7?full=1");
    for id in ["../admin", "a/b", "a?b=c", "a#b", "a\\b", "%2e%2e", "ä b+c", "..."] {
        let url = find(id).text();
        let segment = url.strip_prefix("https://orders.example.com/v1/").expect("the folder");
        let segment = segment.strip_suffix("?full=1").expect("the query");
        assert!(!segment.contains(['/', '?', '#', '\\', ' ', '+']), "{id}: {url}");
    }
    for id in ["", ".", ".."] {
        find(id).assert_internal_error("an address that cannot be asked");
    }
}

#[test]
fn a_header_that_cannot_be_sent_is_an_error_and_not_an_empty_header() {
    let ada = TestServer::new(server()).var("STATUS_TOKEN", "caná").as_user("ada@example.com");
    let answer = ada.call("service_state", json!({ "service": "mail" }));
    answer.assert_internal_error("status.example.com: a header of the request cannot be sent");
}

#[test]
fn a_header_of_the_author_comes_once_and_before_the_type_of_the_body() {
    let server = TestServer::new(server()).http(|request| {
        assert_eq!(request.header("content-type"), Some("application/vnd.acme+json"));
        HttpAnswer::status(204)
    });
    let ada = server.as_user("ada@example.com");
    ada.call("find_order_by", json!({ "method": "POST" })).assert_text("204");
}

#[test]
fn a_method_that_cannot_be_sent_or_takes_no_body_is_an_error() {
    let ada = TestServer::new(server()).as_user("ada@example.com");
    for method in ["GET", "HEAD", "CONNECT", "TRACE", "TRACK", "a b", ""] {
        let answer = ada.call("find_order_by", json!({ "method": method }));
        answer.assert_internal_error("the method of a request cannot be sent, or takes no body");
    }
}
