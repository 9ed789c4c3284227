//! The access token of the identity provider in a grant's record, for calls in the person's name.

use serde_json::{Value, json};
use toolgate_config::Identity;
use toolgate_core::from_json;
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::seal::{Entropy, Keyring};
use toolgate_core::upstream::login;
use toolgate_core::upstream::tokens::{self, Tokens};
use toolgate_core::upstream::trouble::Upstream;
use toolgate_policy::Caller;

use crate::support::*;

const CANARY: &str = "canary-of-an-access-token";

fn given(further: Value) -> Tokens {
    let mut body = json!({ "access_token": CANARY, "token_type": "Bearer", "expires_in": 60 });
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let answer = http::Response::builder().status(200).body(body.to_string().into_bytes());
    tokens::read(&answer.unwrap()).unwrap_or_else(|trouble| panic!("{trouble}"))
}

fn identity(section: &str) -> Identity {
    let source = format!(
        "[server]\nname = \"Demo\"\n[identity]\nprovider = \"oidc\"\n\
         issuer = \"https://login.example.com\"\n{section}"
    );
    toolgate_config::check(&source).unwrap().config.identity
}

const SECTION: &str = "[identity.upstream]\nhosts = [\"wiki.example.com\"]\n";

fn both(refresh: &str, token: &str, expires: u64) -> Option<Upstream> {
    Some(Upstream::Both { refresh: refresh.into(), token: token.into(), expires: Some(expires) })
}

fn subject(upstream: Option<Upstream>) -> GrantSubject {
    GrantSubject {
        caller: Caller::default(),
        resource: String::new(),
        client_name: String::new(),
        upstream,
        redirect_uri: String::new(),
        nonce: String::new(),
    }
}

struct Fixed;

impl Entropy for Fixed {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

#[test]
fn the_access_token_is_kept_where_tools_may_call_with_it_and_only_there() {
    let tokens = given(json!({ "refresh_token": "rt" }));
    let refresh = Some(Upstream::Refresh("rt".into()));
    assert_eq!(tokens.keep_for(&identity(""), NOW), refresh);
    assert_eq!(tokens.keep_for(&identity(SECTION), NOW), both("rt", CANARY, NOW + 60));
    // The token of the sign-in is for userinfo then.
    let resource = format!("{SECTION}resource = \"https://wiki.example.com\"\n");
    assert_eq!(tokens.keep_for(&identity(&resource), NOW), refresh);
    let large = given(json!({ "refresh_token": "rt", "access_token": "a".repeat(9000) }));
    assert_eq!(large.keep_for(&identity(SECTION), NOW), refresh);
}

#[test]
fn a_record_from_before_has_a_refresh_token_and_no_access_token() {
    for (stored, token) in [
        (json!({ "refresh": "rt" }), None),
        (json!({ "access": { "token": "at", "expires": NOW } }), Some(("at", Some(NOW)))),
        (
            json!({ "both": { "refresh": "rt", "token": "at", "expires": null } }),
            Some(("at", None)),
        ),
    ] {
        let upstream: Upstream = from_json::read_value(stored.clone()).expect("it is readable");
        assert_eq!(upstream.access_token(), token, "{stored}");
        assert_eq!(json!(upstream), stored);
    }
}

#[test]
fn a_new_access_token_alone_means_the_old_refresh_token_again() {
    let mut holder = subject(both("rt", "first", NOW));
    holder.replace(Some(Upstream::Access { token: "second".into(), expires: Some(NOW + 60) }));
    assert_eq!(holder.upstream, both("rt", "second", NOW + 60));
    holder.replace(None);
    assert_eq!(holder.upstream, both("rt", "second", NOW + 60));
    holder.replace(Some(Upstream::Refresh("new".into())));
    assert_eq!(holder.upstream, Some(Upstream::Refresh("new".into())));
    assert!(subject(both("rt", "at", 0)).can_ask(NOW), "it has a refresh token");
}

#[test]
fn the_token_does_not_print_and_is_sealed_in_the_record() {
    let holder = subject(both("canary-of-a-refresh-token", CANARY, NOW));
    assert!(!format!("{holder:?}").contains("canary"), "{holder:?}");
    let keys = Keyring::parse(KEY).unwrap();
    let sealed = holder.seal(&keys, "grant", &mut Fixed);
    assert!(!sealed.contains("canary"), "{sealed}");
    assert_eq!(GrantSubject::open(&keys, "grant", &sealed), Some(holder));
    assert_eq!(GrantSubject::open(&keys, "another", &sealed), None);
}

#[test]
fn a_token_for_one_api_is_asked_for_at_the_sign_in_and_at_each_refresh() {
    let mut request = login::refresh_request(&World::new().provider, "rt").unwrap();
    login::name_resource(&mut request, Some("https://wiki.example.com/?a=b&c"));
    let form = String::from_utf8(request.into_body()).unwrap();
    assert!(form.ends_with("&resource=https%3A%2F%2Fwiki.example.com%2F%3Fa%3Db%26c"), "{form}");
}
