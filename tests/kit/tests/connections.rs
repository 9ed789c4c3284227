//! Requests with accounts of the caller at third parties, which the test answers.

use kit::server;
use toolgate::testing::{HttpAnswer, Reply, TestAnswer, TestClient, TestServer, json};

/// A server whose hosts take the token of everybody who has connected an account.
fn issues() -> TestServer {
    TestServer::new(server()).http(|request| {
        let token = request.header("authorization").unwrap_or_default();
        match token.strip_prefix("Bearer test-token-of-") {
            Some(whose) => HttpAnswer::bytes(format!("issues of {whose}")),
            None => HttpAnswer::status(401),
        }
    })
}

fn read(client: &TestClient, url: &str) -> TestAnswer {
    client.call("read_connected", json!({ "url": url }))
}

const API: &str = "https://api.linear.app/me";

fn ada() -> TestClient {
    issues().as_user("ada@example.com").connected("linear")
}

#[test]
fn a_request_carries_the_token_of_whoever_calls() {
    let server = issues();
    for who in ["ada@example.com", "grace@example.com"] {
        let client = server.as_user(who).connected("linear");
        assert_eq!(client.connection_token("linear"), format!("test-token-of-{who}-at-linear"));
        read(&client, API).assert_text(&format!("issues of {who}-at-linear"));
    }
}

#[test]
fn somebody_without_an_account_is_asked_to_open_a_page_and_the_tool_fails() {
    let server = issues();
    // The answers of a client say nothing of what was done on the page.
    for who in ["ada@example.com", "grace@example.com"] {
        let client = server.as_user(who).answers([Reply::opened()]);
        read(&client, API).assert_error(
            "Linear is not connected yet. Open https://server.test/connections/connect",
        );
    }
    let declining = server.as_user("ada@example.com").answers([Reply::declined()]);
    read(&declining, API).assert_error("the person does not want to connect a Linear account");
    let mute = server.as_user("ada@example.com").without_questions();
    read(&mute, API)
        .assert_error("Linear is not connected yet. Open https://server.test/connections/connect");
}

#[test]
fn an_account_of_another_connection_or_person_is_none() {
    let server = issues();
    let ada = server.as_user("ada@example.com").connected("vault").without_questions();
    let _ = server.as_user("grace@example.com").connected("linear");
    read(&ada, API).assert_error("Linear is not connected yet");
}

#[test]
fn a_request_goes_to_no_other_host() {
    let ada = ada();
    for url in [
        "https://api.linear.app.evil.example/",
        "https://evil-api.linear.app/",
        "https://sub.api.linear.app/",
        "https://linear.app/",
        "https://api.linear.app./",
        "https://api.linear.app:8443/",
        "https://api.linear.app:80/",
    ] {
        read(&ada, url).assert_internal_error("may not get a token of this connection");
    }
    for url in ["http://api.linear.app/", "http://api.linear.app:443/"] {
        read(&ada, url).assert_internal_error("a credential is sent over https only");
    }
    for url in ["https://ada@api.linear.app/", "https://api.linear.app:p@evil.example/"] {
        read(&ada, url).assert_internal_error("has an address that cannot be asked");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let moved = HttpAnswer::status(302).header("location", "https://evil.example/");
    let server = TestServer::new(server()).http_answer(format!("GET {API}"), moved);
    let answer = read(&server.as_user("ada@example.com").connected("linear"), API);
    answer.assert_internal_error("api.linear.app answered 302: redirects are not followed");
}

#[test]
fn a_token_that_the_host_does_not_take_is_told_to_the_person_and_shown_to_nobody() {
    let refusing = HttpAnswer::status(401);
    let server = TestServer::new(server()).http_answer(format!("GET {API}"), refusing);
    let answer = read(&server.as_user("ada@example.com").connected("linear"), API);
    answer.assert_error("Linear does not accept the connected account any more");
    assert!(!format!("{answer:?}").contains("test-token-of"), "{answer:?}");
}

#[test]
fn a_policy_guards_a_connection() {
    let server = issues().var("STAFF", "ada@example.com");
    let read = |client: &TestClient| client.call("read_vault", json!({}));
    read(&server.as_user("ada@example.com").connected("vault"))
        .assert_text("issues of ada@example.com-at-vault");
    read(&server.as_user("grace@example.com").connected("vault"))
        .assert_error("you may not use a Vault account here");
}

#[test]
fn a_tool_that_does_not_declare_a_connection_does_not_use_it() {
    ada().call("unsaid_connection", json!({})).assert_internal_error(
        "this tool uses the connection `linear` and does not declare it: add `connections = [\"linear\"]`",
    );
}

#[test]
fn no_other_credential_goes_along() {
    ada().call("connected_twice", json!({})).assert_internal_error("a header of the request");
}
