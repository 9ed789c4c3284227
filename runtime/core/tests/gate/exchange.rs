//! The exchange of a person's access token for one of an API, and the token in the grant's record.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use toolgate_config::{Exchange, IdentityUpstream};
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::exchanged;
use toolgate_core::seal::Keyring;
use toolgate_core::upstream::exchange::{Exchanged, Refusal, read, request};
use toolgate_core::upstream::provider::{ClientAuth, Provider};
use toolgate_core::upstream::trouble::{Given, Upstream};
use toolgate_policy::Caller;

use crate::support::*;

const CANARY: &str = "canary-of-a-token";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const RFC_8693: &str = "exchange = \"rfc8693\"\naudience = \"wiki\"\nscopes = [\"a\", \"b\"]\n";
const ENTRA: &str = "exchange = \"entra-obo\"\nscopes = [\"api://wiki/read\"]\n";

fn section(keys: &str) -> IdentityUpstream {
    let source = format!(
        "[server]\nname = \"Demo\"\n[identity]\nprovider = \"oidc\"\n\
         issuer = \"https://login.example.com\"\n[identity.upstream]\nhosts = [\"wiki.example.com\"]\n{keys}"
    );
    toolgate_config::check(&source).unwrap().config.identity.upstream.expect("it is there")
}

/// The form that the token endpoint gets, and the header with our credentials.
fn sent(provider: &Provider, keys: &str) -> (BTreeMap<String, String>, Option<String>) {
    let request = request(provider, &section(keys), CANARY).expect("a request");
    assert_eq!(request.uri(), provider.endpoints.as_ref().unwrap().token_url.as_str());
    let header = request.headers().get("authorization");
    let header = header.map(|header| header.to_str().unwrap().to_owned());
    (url::form_urlencoded::parse(request.body()).into_owned().collect(), header)
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn answered(exchange: Exchange, status: u16, body: &Value) -> Result<Exchanged, Refusal> {
    let answer = http::Response::builder().status(status).body(body.to_string().into_bytes());
    read(exchange, &answer.unwrap(), NOW)
}

/// A good answer with other members in place of its own.
fn with(members: Value) -> Value {
    let mut body = json!({
        "access_token": CANARY, "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60,
    });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

fn token(expires: u64) -> Exchanged {
    Exchanged { text: CANARY.to_owned(), expires }
}

#[test]
fn a_token_exchange_names_the_person_s_token_and_the_api() {
    let provider = Provider { client_auth: Some(ClientAuth::Basic), ..World::new().provider };
    let (form, header) = sent(&provider, RFC_8693);
    let expected = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", CANARY),
        ("subject_token_type", ACCESS_TOKEN),
        ("requested_token_type", ACCESS_TOKEN),
        ("audience", "wiki"),
        ("scope", "a b"),
    ];
    assert_eq!(form, pairs(&expected));
    assert!(header.is_some_and(|header| header.starts_with("Basic ")));
    let (form, _) =
        sent(&provider, "exchange = \"rfc8693\"\nresource = \"https://wiki.example.com\"\n");
    assert_eq!(form.get("resource").map(String::as_str), Some("https://wiki.example.com"));
}

#[test]
fn on_behalf_of_names_the_person_s_token_as_the_assertion() {
    let provider = Provider { client_auth: Some(ClientAuth::Post), ..World::new().provider };
    let (mut form, header) = sent(&provider, ENTRA);
    assert!(form.remove("client_id").is_some() && form.remove("client_secret").is_some());
    let expected = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", CANARY),
        ("requested_token_use", "on_behalf_of"),
        ("scope", "api://wiki/read"),
    ];
    assert_eq!((form, header), (pairs(&expected), None));
}

#[test]
fn nothing_is_exchanged_where_the_section_does_not_say_so() {
    let provider = World::new().provider;
    assert!(request(&provider, &section(""), CANARY).is_none());
    let unknown = Provider { endpoints: None, ..provider };
    assert!(request(&unknown, &section(RFC_8693), CANARY).is_none());
}

#[test]
fn a_bearer_token_is_taken_with_the_life_that_the_answer_names() {
    let rfc8693 = |members| answered(Exchange::Rfc8693, 200, &with(members));
    assert_eq!(rfc8693(json!({})), Ok(token(NOW + 60)));
    assert_eq!(rfc8693(json!({ "token_type": "bearer", "expires_in": "90" })), Ok(token(NOW + 90)));
    assert_eq!(rfc8693(json!({ "expires_in": null })), Ok(token(NOW + 300)));
    assert_eq!(rfc8693(json!({ "expires_in": u64::MAX })), Ok(token(u64::MAX)));
    let of_entra = with(json!({ "issued_token_type": null, "ext_expires_in": 1 }));
    assert_eq!(answered(Exchange::EntraObo, 200, &of_entra), Ok(token(NOW + 60)));
}

#[test]
fn what_is_no_bearer_access_token_is_not_taken() {
    for (members, words) in [
        (json!({ "token_type": "N_A" }), "N_A"),
        (json!({ "token_type": "DPoP" }), "DPoP"),
        (json!({ "token_type": null }), "not bearer"),
        (json!({ "issued_token_type": null }), "issued_token_type"),
        (
            json!({ "issued_token_type": "urn:ietf:params:oauth:token-type:id_token" }),
            "issued_token_type",
        ),
        (
            json!({ "issued_token_type": "urn:ietf:params:oauth:token-type:refresh_token" }),
            "issued_token_type",
        ),
        (json!({ "expires_in": "soon" }), "expires_in"),
        (json!({ "expires_in": -1 }), "expires_in"),
        (json!({ "access_token": "" }), "no access token"),
        (json!({ "access_token": null }), "no access token"),
    ] {
        let Err(Refusal::Server(text)) = answered(Exchange::Rfc8693, 200, &with(members.clone()))
        else {
            panic!("{members} is taken")
        };
        assert!(text.contains(words) && !text.contains(CANARY), "{text}");
    }
    let created = answered(Exchange::Rfc8693, 302, &with(json!({})));
    assert!(matches!(created, Err(Refusal::Server(_))), "{created:?}");
}

#[test]
fn a_refusal_says_who_can_do_something_about_it() {
    let refused = |status: u16, error: &str| {
        let body = json!({ "error": error, "error_description": CANARY, "claims": CANARY });
        let refusal = answered(Exchange::EntraObo, status, &body).expect_err("it is refused");
        assert!(!format!("{refusal:?}").contains("canary"), "{refusal:?}");
        refusal
    };
    let text = |error: &str| format!("status 400 Bad Request, error {error}");
    assert_eq!(refused(400, "invalid_grant"), Refusal::Subject(text("invalid_grant")));
    assert_eq!(refused(400, "invalid_request"), Refusal::Request(text("invalid_request")));
    for error in ["interaction_required", "login_required", "unmet_authentication_requirements"] {
        assert_eq!(refused(400, error), Refusal::Person(text(error)));
    }
    for error in [
        "invalid_target",
        "invalid_scope",
        "unauthorized_client",
        "invalid_client",
        "unsupported_grant_type",
        "consent_required",
        "access_denied",
    ] {
        assert_eq!(refused(400, error), Refusal::Server(text(error)));
    }
    for (status, error) in [
        (400, "temporarily_unavailable"),
        (400, "x"),
        (503, "invalid_grant"),
        (429, "invalid_grant"),
    ] {
        assert!(matches!(refused(status, error), Refusal::Undecided(_)), "{status} {error}");
    }
    // So Entra says that its administrator has not let this server call the API.
    for error in ["invalid_grant", "interaction_required"] {
        let body =
            json!({ "error": error, "error_codes": [65001], "suberror": "consent_required" });
        let text = format!("status 400 Bad Request, error {error}, suberror consent_required");
        assert_eq!(answered(Exchange::EntraObo, 400, &body), Err(Refusal::Server(text)));
    }
    let page = http::Response::builder().status(400).body(b"<html>".to_vec()).unwrap();
    assert!(matches!(read(Exchange::Rfc8693, &page, NOW), Err(Refusal::Undecided(_))));
}

fn subject() -> GrantSubject {
    let mut subject = GrantSubject {
        caller: Caller::default(),
        resource: "https://mcp.example.com/mcp".to_owned(),
        client_name: String::new(),
        upstream: None,
        access: Default::default(),
        approved: "wiki.example.com".to_owned(),
        redirect_uri: String::new(),
        nonce: String::new(),
    };
    let access = Some(("at".to_owned(), Some(NOW)));
    subject.replace(Some(Given { upstream: Upstream::Refresh("rt".to_owned()), access }));
    subject
}

/// Records are read by earlier versions of the server, too, after a rollback.
#[test]
fn a_record_with_a_token_for_an_api_is_one_for_servers_that_know_of_none() {
    let (keys, calls) = (Keyring::parse(KEY).unwrap(), section(RFC_8693));
    let both = (&subject(), &token(NOW + 60));
    let sealed = exchanged::seal(both, &calls, &keys, "grant", &mut Counter::default());
    assert!(!sealed.contains("canary") && !format!("{:?}", both.1).contains("canary"));
    assert_eq!(GrantSubject::open(&keys, "grant", &sealed), Some(subject()));
    assert_eq!(exchanged::open(&calls, &keys, "grant", &sealed), Some(token(NOW + 60)));
    assert_eq!(exchanged::open(&calls, &keys, "another", &sealed), None);
    let before = subject().seal(&keys, "grant", &mut Counter::default());
    assert_eq!(exchanged::open(&calls, &keys, "grant", &before), None);
}

#[test]
fn a_token_for_another_api_is_none_for_this_one() {
    let (keys, calls) = (Keyring::parse(KEY).unwrap(), section(RFC_8693));
    let both = (&subject(), &token(NOW + 60));
    let sealed = exchanged::seal(both, &calls, &keys, "grant", &mut Counter::default());
    for other in [
        ENTRA,
        "exchange = \"rfc8693\"\naudience = \"wiki\"\n",
        "exchange = \"rfc8693\"\nresource = \"https://a.example\"\n",
    ] {
        assert_eq!(exchanged::open(&section(other), &keys, "grant", &sealed), None, "{other}");
    }
}
