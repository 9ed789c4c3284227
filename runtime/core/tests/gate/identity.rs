//! Sign-ins at identity providers other than Access for SaaS.

use serde_json::{Value, json};
use toolgate_config::{Prompt, Provider as Kind};
use toolgate_core::audit::{Reason, reason_of};
use toolgate_core::upstream::id_token;

use crate::support::*;

const LOGIN: &str = "https://login.example.com/tenant";

#[test]
fn consent_is_asked_for_where_offline_access_needs_it_or_as_mcp_toml_says() {
    let prompt = |issuer: &str, scopes: &[&'static str], prompt: Option<Prompt>| {
        let mut world = World::new();
        world.config.identity.provider = Kind::Oidc;
        world.config.identity.prompt = prompt;
        let scopes = scopes.iter().map(|scope| (*scope).into()).collect::<Vec<_>>();
        world.config.identity.scopes = scopes.into();
        world.provider.issuer = issuer.to_owned();
        let client = world.public_client();
        let mut browser = Browser::default();
        let challenge = toolgate_core::seal::sha256(VERIFIER);
        let query = query(&client, &challenge);
        let page = browser.authorize(&mut world, &query);
        let sent = parameters(&browser.press(&mut world, &page, "approve")).get("prompt").cloned();
        sent.unwrap_or_default()
    };
    let offline = ["openid", "offline_access"];
    assert_eq!(prompt(LOGIN, &offline, None), "consent");
    assert_eq!(prompt(LOGIN, &["openid"], None), "");
    for issuer in [
        "https://login.microsoftonline.com/0123/v2.0",
        "https://acme.okta.com",
        "https://acme.okta.com/oauth2/default",
        "https://acme.oktapreview.com",
    ] {
        assert_eq!(prompt(issuer, &offline, None), "", "{issuer}");
        assert_eq!(prompt(issuer, &offline, Some(Prompt::Consent)), "consent", "{issuer}");
    }
    assert_eq!(prompt("https://notokta.com", &offline, None), "consent");
    assert_eq!(prompt("https://okta.com.example.org", &offline, None), "consent");
    assert_eq!(prompt(LOGIN, &offline, Some(Prompt::None)), "");
    assert_eq!(prompt(LOGIN, &["openid"], Some(Prompt::SelectAccount)), "select_account");
}

#[test]
fn a_provider_that_cannot_be_reached_is_told_to_the_client() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page =
        browser.authorize(&mut world, &query(&client, &toolgate_core::seal::sha256(VERIFIER)));
    world.provider.endpoints = None;
    let reply = browser.press(&mut world, &page, "approve");
    assert_eq!(parameters(&reply)["error"], "temporarily_unavailable");
    assert!(text(&reply).contains("could not be reached"), "people read it, too");
}

#[test]
fn a_provider_that_names_itself_in_its_answers_must_do_so() {
    let mut world = World::new();
    world.provider.endpoints.as_mut().unwrap().names_issuer = true;
    let client = world.public_client();
    let mut browser = Browser::default();
    let page =
        browser.authorize(&mut world, &query(&client, &toolgate_core::seal::sha256(VERIFIER)));
    let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
    let Err(reply) = browser.callback(&mut world, &[("state", &state), ("code", "c")]) else {
        panic!("went on without iss")
    };
    assert_eq!(parameters(&reply)["error"], "server_error");
}

#[test]
fn of_an_openid_provider_only_a_verified_address_counts() {
    let idp = Idp::new();
    let world = World::new();
    let verified = |kind: Kind, claim: Value| {
        let mut config = config();
        config.identity.provider = kind;
        let mut claims = claims("n");
        if !claim.is_null() {
            claims["email_verified"] = claim;
        }
        let token = idp.id_token(&claims);
        let claims = signed(&idp.jwks(), &token).unwrap();
        let caller = id_token::verify(&config, &world.provider, claims, "n", NOW);
        let caller = caller.unwrap();
        assert!(caller.email.is_some() != caller.claimed_email.is_some());
        caller.email.is_some()
    };
    assert!(verified(Kind::Oidc, json!(true)));
    assert!(verified(Kind::Oidc, json!("true")), "as Cognito and Apple write it");
    for claim in [Value::Null, json!(false), json!("false"), json!("True"), json!(1)] {
        assert!(!verified(Kind::Oidc, claim.clone()), "{claim}");
    }
    assert!(verified(Kind::CloudflareAccess, Value::Null), "Access sends no such claim");
}

#[test]
fn each_cause_of_a_failed_sign_in_has_its_own_reason() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let challenge = toolgate_core::seal::sha256(VERIFIER);
    let page = browser.authorize(&mut world, &query(&client, &challenge));
    let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
    let query = [("state", state.as_str()), ("code", "c")];
    let (returned, _) = browser.callback(&mut world, &query).expect("an exchange");
    let error = |error: &str| json!({ "error": error });
    let large = json!({
        "access_token": "at", "token_type": "Bearer", "id_token": "x".repeat(200_000),
    });
    for (status, body, reason, code) in [
        (400, error("invalid_grant"), Reason::UpstreamCode, "server_error"),
        (200, error("bad_verification_code"), Reason::UpstreamCode, "server_error"),
        (401, error("invalid_client"), Reason::UpstreamCredentials, "server_error"),
        (200, error("incorrect_client_credentials"), Reason::UpstreamCredentials, "server_error"),
        (400, error("invalid_request"), Reason::UpstreamExchange, "server_error"),
        (400, error("redirect_uri_mismatch"), Reason::UpstreamExchange, "server_error"),
        (200, json!("<html>"), Reason::UpstreamUnreadable, "server_error"),
        (200, large, Reason::IdTokenTooLarge, "server_error"),
        (502, json!({}), Reason::UpstreamUnavailable, "temporarily_unavailable"),
        (429, json!({}), Reason::UpstreamRateLimited, "temporarily_unavailable"),
    ] {
        let Err(refusal) = returned.tokens(&world.gate(), &answer(status, &body)) else {
            panic!("{status} {reason:?}")
        };
        assert_eq!(reason_of(&refusal.0), Some(reason), "{status}");
        let sent = parameters(&refusal.0);
        assert_eq!(sent["error"], code, "{reason:?}");
        assert!(sent["error_description"].contains(reason.code()), "{reason:?}");
    }
    for reason in [Reason::UpstreamNoIdToken, Reason::UpstreamTokenRefused] {
        let reply = returned.refuse_identity(&world.gate(), reason);
        assert_eq!(reason_of(&reply), Some(reason));
        assert!(!text(&reply).contains("could not be verified"), "{reason:?}");
    }
}
