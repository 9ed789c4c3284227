//! Requests in the caller's own name, which the test answers.

use kit::server;
use toolgate::testing::{HttpAnswer, TestAnswer, TestClient, TestServer, json};

/// A server whose hosts take the token of everybody who has one.
fn wiki() -> TestServer {
    TestServer::new(server()).http(|request| {
        let token = request.header("authorization").unwrap_or_default();
        match token.strip_prefix("Bearer test-token-of-") {
            Some(who) => HttpAnswer::bytes(format!("pages of {who}")),
            None => HttpAnswer::status(401),
        }
    })
}

fn read(client: &TestClient, url: &str) -> TestAnswer {
    client.call("read_as_caller", json!({ "method": "GET", "url": url }))
}

fn ada() -> TestClient {
    wiki().as_user("ada@example.com")
}

#[test]
fn a_request_carries_the_token_of_whoever_calls() {
    let server = wiki();
    for who in ["ada@example.com", "grace@example.com"] {
        let client = server.as_user(who);
        assert_eq!(client.upstream_token(), format!("test-token-of-{who}"));
        read(&client, "https://wiki.example.com/").assert_text(&format!("pages of {who}"));
    }
}

#[test]
fn a_host_that_is_named_is_asked_at_its_own_port() {
    let ada = ada();
    for url in [
        "https://wiki.example.com",
        "https://wiki.example.com:443/a?b=c",
        "https://WIKI.example.com/",
        "https://api.example.com:8443/v1",
        "http://127.0.0.1:8787/v1",
    ] {
        read(&ada, url).assert_text("pages of ada@example.com");
    }
}

#[test]
fn a_request_goes_to_no_other_host() {
    let ada = TestServer::new(server()).as_user("ada@example.com");
    for url in [
        "https://wiki.example.com.evil.example/",
        "https://evil-wiki.example.com/",
        "https://sub.wiki.example.com/",
        "https://example.com/",
        "https://wiki.example.com./",
        "https://wiki.example.com:8443/",
        "https://wiki.example.com:80/",
        "https://api.example.com/",
        "http://127.0.0.1/",
        "https://[::1]/",
    ] {
        read(&ada, url).assert_internal_error("this host may not get the caller's token");
    }
}

#[test]
fn a_request_goes_over_https_and_to_an_address_without_a_user() {
    let ada = TestServer::new(server()).as_user("ada@example.com");
    for url in ["http://wiki.example.com/", "http://wiki.example.com:443/"] {
        read(&ada, url).assert_internal_error("a credential is sent over https only");
    }
    for url in [
        "https://ada@wiki.example.com/",
        "https://wiki.example.com:p@evil.example/",
        "https://wiki%2eexample.com/",
        "wiki.example.com/",
    ] {
        read(&ada, url).assert_internal_error("has an address that cannot be asked");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let moved = HttpAnswer::status(302).header("location", "https://evil.example/");
    let server = TestServer::new(server()).http_answer("GET https://wiki.example.com/", moved);
    let answer = read(&server.as_user("ada@example.com"), "https://wiki.example.com/");
    answer.assert_internal_error("wiki.example.com answered 302: redirects are not followed");
}

#[test]
fn a_token_that_the_host_does_not_take_has_the_person_sign_in_again() {
    let refusing = HttpAnswer::status(401);
    let server = TestServer::new(server()).http_answer("GET https://wiki.example.com/", refusing);
    let ada = server.as_user("ada@example.com");
    let answer = read(&ada, "https://wiki.example.com/");
    let words = "wiki.example.com: the person has to sign in again: end the connection at /connections of this \
         server, and connect again";
    answer.assert_error(words);
    assert!(!format!("{answer:?}").contains("test-token-of"), "{answer:?}");
    let status = ada.call("status_as_caller", json!({ "url": "https://wiki.example.com/" }));
    status.assert_text("401");
}

#[test]
fn a_person_whose_sign_in_is_over_is_told_to_sign_in_again() {
    let answer = read(&ada().without_upstream(), "https://wiki.example.com/");
    answer.assert_error(
        "wiki.example.com: the person has to sign in again: end the connection at /connections of this \
         server, and connect again",
    );
}

#[test]
fn a_tool_that_does_not_say_it_does_not_act_as_its_caller() {
    let answer = ada().call("unsaid", json!({}));
    answer.assert_internal_error("add `as_caller` to its `#[mcp_tool(…)]`");
}

#[test]
fn no_other_credential_goes_along() {
    ada().call("two_credentials", json!({})).assert_internal_error("a header of the request");
}

#[test]
fn a_token_that_may_be_seen_does_not_print() {
    ada().call("token_length", json!({})).assert_text("Secret(…) 29");
}
