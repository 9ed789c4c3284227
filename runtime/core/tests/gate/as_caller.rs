//! The access token of the identity provider in a grant's record, for calls in the person's name.

use serde_json::{Value, json};
use toolgate_config::{Config, Identity};
use toolgate_core::from_json;
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::seal::{Entropy, Keyring};
use toolgate_core::upstream::login;
use toolgate_core::upstream::tokens::{self, Tokens};
use toolgate_core::upstream::trouble::{Given, Upstream};
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
    config(section).identity
}

fn config(section: &str) -> Config {
    let source = format!(
        "[server]\nname = \"Demo\"\n[identity]\nprovider = \"oidc\"\n\
         issuer = \"https://login.example.com\"\n{section}"
    );
    toolgate_config::check(&source).unwrap().config
}

const SECTION: &str = "[identity.upstream]\nhosts = [\"wiki.example.com\"]\n";

fn both(refresh: &str, token: &str, expires: u64) -> Option<Given> {
    let upstream = Upstream::Refresh(refresh.into());
    Some(Given { upstream, access: Some((token.into(), Some(expires))) })
}

fn subject(given: Option<Given>) -> GrantSubject {
    let mut subject = GrantSubject {
        caller: Caller::default(),
        resource: String::new(),
        client_name: String::new(),
        upstream: None,
        access: Default::default(),
        approved: String::new(),
        redirect_uri: String::new(),
        nonce: String::new(),
    };
    subject.replace(given);
    subject
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
    let refresh = Some(Upstream::Refresh("rt".into()).into());
    assert_eq!(tokens.keep_for(&identity(""), NOW), refresh);
    assert_eq!(tokens.keep_for(&identity(SECTION), NOW), both("rt", CANARY, NOW + 60));
    // The token of the sign-in is for userinfo then.
    let resource = format!("{SECTION}resource = \"https://wiki.example.com\"\n");
    assert_eq!(tokens.keep_for(&identity(&resource), NOW), refresh);
    let large = given(json!({ "refresh_token": "rt", "access_token": "a".repeat(9000) }));
    assert_eq!(large.keep_for(&identity(SECTION), NOW), refresh);
}

/// The fields of a record are read by earlier versions of the server, too, after a rollback.
#[test]
fn a_record_has_the_refresh_token_where_it_always_was() {
    let holder = subject(both("rt", "at", NOW));
    let stored = json!(holder);
    assert_eq!(stored["upstream"], json!({ "refresh": "rt" }));
    assert_eq!(stored["access"], json!(format!("{NOW} at")));
    assert_eq!(
        from_json::read_value::<GrantSubject>(stored.clone()).expect("it is readable"),
        holder
    );
    let mut before = stored;
    let fields = before.as_object_mut().expect("an object");
    fields.remove("access");
    let before: GrantSubject = from_json::read_value(before).expect("it is readable");
    assert_eq!((before.refresh_token(), before.access_token()), (Some("rt"), None));
    assert!(before.approved.is_empty());
    let forever = subject(Some(Upstream::Access { token: "at".into(), expires: None }.into()));
    assert_eq!((forever.refresh_token(), forever.access_token()), (None, Some(("at", None))));
}

#[test]
fn a_new_access_token_alone_means_the_old_refresh_token_again() {
    let mut holder = subject(both("rt", "first", NOW));
    // It may be for another API than the one that calls go to.
    let second = Upstream::Access { token: "second".into(), expires: Some(NOW + 60) };
    holder.replace(Some(second.into()));
    assert_eq!(holder, subject(both("rt", "first", NOW)));
    holder.replace(None);
    assert_eq!(holder, subject(both("rt", "first", NOW)));
    holder.replace(Some(Upstream::Refresh("new".into()).into()));
    assert_eq!((holder.refresh_token(), holder.access_token()), (Some("new"), None));
    assert!(subject(both("rt", "at", 0)).can_ask(NOW), "it has a refresh token");
}

#[test]
fn the_powers_of_tools_are_their_hosts_and_the_sight_of_the_token() {
    let powers = |section: &str| identity(section).upstream.expect("it is there").powers();
    assert_eq!(powers(SECTION), "wiki.example.com");
    assert_eq!(powers(&format!("{SECTION}expose = true\n")), "wiki.example.com\ntoken");
    let acts = config(&format!("{SECTION}expose = true\n")).acts;
    assert_eq!(*acts, ["Act as you at wiki.example.com, and see your access token"]);
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
