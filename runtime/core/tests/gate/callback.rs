//! The return from the identity provider.

use serde_json::json;
use toolgate_core::seal::sha256;

use crate::support::*;

#[test]
fn the_code_exchange_carries_our_credentials_and_the_verifier() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let upstream = parameters(&browser.press(&mut world, &page, "approve"));
    let begun = browser.callback(&mut world, &[("state", &upstream["state"]), ("code", "c")]);
    let (_, request) = begun.expect("an exchange");
    assert_eq!(request.uri().to_string(), format!("{ISSUER}/token"));
    let form: std::collections::BTreeMap<_, _> =
        url::form_urlencoded::parse(request.body()).into_owned().collect();
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "c");
    assert_eq!(form["client_secret"], "upstream-secret");
    assert_eq!(sha256(&form["code_verifier"]), upstream["code_challenge"]);
}

#[test]
fn a_login_finishes_only_in_the_browser_that_started_it_and_only_once() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let to_idp = browser.press(&mut world, &page, "approve");
    let state = parameters(&to_idp)["state"].clone();
    let answer = [("state", state.as_str()), ("code", "c")];
    let Err(reply) = Browser::default().callback(&mut world, &answer) else {
        panic!("another browser finished the login")
    };
    assert_eq!(reply.status(), 400);
    assert!(text(&reply).contains("another browser"));
    finish_login(&mut world, &mut browser, &to_idp).unwrap();
    assert!(matches!(browser.callback(&mut world, &answer), Err(r) if r.status() == 400));
}

#[test]
fn a_login_expires() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
    world.now += 601;
    let begun = browser.callback(&mut world, &[("state", &state), ("code", "c")]);
    assert!(matches!(begun, Err(reply) if reply.status() == 400));
}

#[test]
fn errors_of_the_identity_provider_reach_the_client_in_its_own_terms() {
    for (theirs, ours) in [
        ("access_denied", "access_denied"),
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("<script>", "server_error"),
    ] {
        let mut world = World::new();
        let client = world.public_client();
        let mut browser = Browser::default();
        let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
        let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
        let begun = browser.callback(&mut world, &[("state", &state), ("error", theirs)]);
        let Err(reply) = begun else { panic!("went on after {theirs}") };
        let answer = parameters(&reply);
        assert_eq!((answer["error"].as_str(), answer["iss"].as_str()), (ours, ORIGIN));
        assert!(!location(&reply).contains("%3Cscript"));
    }
}

#[test]
fn an_answer_of_another_issuer_is_refused() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
    let query = [("state", state.as_str()), ("code", "c"), ("iss", "https://evil.example")];
    let Err(reply) = browser.callback(&mut world, &query) else { panic!("mixed up") };
    assert_eq!(parameters(&reply)["error"], "server_error");
}

#[test]
fn what_the_token_endpoint_of_the_provider_says_is_not_passed_on() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
    let begun = browser.callback(&mut world, &[("state", &state), ("code", "c")]);
    let (returned, _) = begun.expect("an exchange");
    let (refused, away) = ("server_error", "temporarily_unavailable");
    for (status, answer, error) in [
        (400, json!({ "error": "invalid_grant", "error_description": "secret words" }), refused),
        (500, json!("secret words"), away),
        (200, json!({ "error": "bad_code", "error_description": "secret words" }), refused),
        (200, json!({ "access_token": "x", "token_type": "mac" }), refused),
    ] {
        let answer = http::Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(answer.to_string().into_bytes())
            .unwrap();
        let refusal = returned.tokens(&world.gate(), &answer).map(|_| ()).unwrap_err();
        let (reply, reason) = *refusal;
        assert_eq!(parameters(&reply)["error"], error);
        assert!(!location(&reply).contains("secret") && !reason.contains("secret"), "{reason}");
    }
}
