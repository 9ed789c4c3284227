//! GitHub: who an access token belongs to.

use serde_json::{Value, json};
use toolgate_config::{Config, Endpoints as Configured, Provider as Kind};
use toolgate_core::access::provider::Provider;
use toolgate_core::access::upstream::{Trouble, Upstream};
use toolgate_core::access::{discovery, github, tokens};
use toolgate_core::caller::Caller;

use crate::support::*;

fn on_github(scopes: &[&'static str]) -> Config {
    let mut config = config();
    config.identity.provider = Kind::GitHub;
    config.identity.endpoints = Configured::GitHub;
    config.identity.scopes = scopes.iter().map(|scope| (*scope).into()).collect::<Vec<_>>().into();
    config
}

/// Answers the requests of a look-up by their path; tells which were asked.
fn look_up(
    scopes: &[&'static str],
    answers: impl Fn(&str) -> (u16, Value),
) -> (Result<Caller, Trouble>, Vec<String>) {
    let mut lookup = github::Lookup::new(&on_github(scopes));
    let mut asked = Vec::new();
    while let Some(request) = lookup.next("gho_1") {
        assert_eq!(request.uri().host(), Some("api.github.com"));
        assert!(request.headers().contains_key("user-agent"));
        let path = request.uri().path_and_query().unwrap().as_str().to_owned();
        let (status, body) = answers(&path);
        asked.push(path);
        if let Err(trouble) = lookup.take(&answer(status, &body)) {
            return (Err(trouble), asked);
        }
    }
    (lookup.finish(), asked)
}

fn octocat(path: &str) -> (u16, Value) {
    let emails = json!([
        { "email": "public@example.com", "primary": false, "verified": true },
        { "email": "octo@mycompany.com", "primary": true, "verified": true },
    ]);
    (
        200,
        match path.split('?').next().unwrap() {
            "/user" => {
                json!({ "id": 583_231, "login": "octocat", "name": null, "email": "liar@x.com" })
            }
            "/user/emails" => emails,
            "/user/orgs" => json!([{ "login": "mycompany" }]),
            _ => json!([{ "slug": "design", "organization": { "login": "mycompany" } }]),
        },
    )
}

#[test]
fn github_tells_the_account_its_verified_address_and_its_teams() {
    let all = ["read:user", "user:email", "read:org"];
    let (caller, asked) = look_up(&all, octocat);
    let caller = caller.unwrap();
    assert_eq!((&*caller.subject, caller.name.as_deref()), ("583231", Some("octocat")));
    assert_eq!(caller.email.as_deref(), Some("octo@mycompany.com"));
    assert!(caller.email_verified);
    assert_eq!(caller.groups, ["mycompany", "mycompany/design"]);
    assert_eq!(caller.claims["login"], "octocat");
    assert_eq!(asked.len(), 4);
    let (caller, asked) = look_up(&["read:user"], octocat);
    let caller = caller.unwrap();
    assert_eq!((caller.email, asked.len()), (None, 1), "the profile's address is not verified");
}

#[test]
fn an_unverified_primary_address_at_github_is_none() {
    let (caller, _) = look_up(&["user:email"], |path| match path.starts_with("/user/emails") {
        true => {
            (200, json!([{ "email": "boss@mycompany.com", "primary": true, "verified": false }]))
        }
        false => octocat(path),
    });
    let caller = caller.unwrap();
    assert_eq!((caller.email, caller.email_verified), (None, false));
}

#[test]
fn groups_at_github_are_read_to_the_last_page_and_too_many_are_refused() {
    let page =
        |count: usize| Value::from_iter((0..count).map(|n| json!({ "login": format!("o{n}") })));
    let (caller, asked) = look_up(&["read:org"], |path| match path {
        "/user/orgs?per_page=100&page=1" => (200, page(100)),
        "/user/orgs?per_page=100&page=2" => (200, page(3)),
        path => octocat(path),
    });
    assert_eq!((caller.unwrap().groups.len(), asked.len()), (104, 4));
    let (caller, _) = look_up(&["read:org"], |path| match path.starts_with("/user/orgs") {
        true => (200, page(100)),
        false => octocat(path),
    });
    assert!(matches!(caller, Err(Trouble::Ended(_))));
}

#[test]
fn a_token_withdrawn_at_github_ends_the_grant_and_a_rate_limit_does_not() {
    let (caller, _) = look_up(&[], |_| (401, json!({ "message": "Bad credentials" })));
    assert!(matches!(caller, Err(Trouble::Ended(_))));
    let (caller, _) = look_up(&[], |_| (500, json!({})));
    assert!(matches!(caller, Err(Trouble::Failed(..))));
    for (name, value) in [("x-ratelimit-remaining", "0"), ("retry-after", "60")] {
        let mut limited = answer(403, &json!({}));
        limited.headers_mut().insert(name, value.parse().unwrap());
        let taken = github::Lookup::new(&on_github(&[])).take(&limited);
        assert!(matches!(taken, Err(Trouble::Failed(..))), "{name}");
    }
    let unfinished = github::Lookup::new(&on_github(&[]));
    assert!(unfinished.next("a\nb").is_none() && unfinished.finish().is_err());
}

#[test]
fn github_has_fixed_addresses_and_its_token_is_kept() {
    let provider = github::resolve(&on_github(&[]), &Variables::default()).unwrap();
    let endpoints = provider.endpoints.unwrap();
    assert_eq!(endpoints.authorization_url.as_str(), "https://github.com/login/oauth/authorize");
    assert_eq!(endpoints.token_url.as_str(), "https://github.com/login/oauth/access_token");
    let body = json!({ "access_token": "gho_1", "token_type": "bearer", "scope": "" });
    let tokens = tokens::read(&answer(200, &body)).map_err(|trouble| trouble.to_string()).unwrap();
    let kept = Upstream::Access { token: "gho_1".into(), expires: None };
    assert_eq!(github::keep(&tokens, NOW), Some(kept));
    let mut vars = Variables::default();
    vars.0.remove("ACCESS_CLIENT_SECRET");
    assert!(github::resolve(&on_github(&[]), &vars).is_err());
}

#[test]
fn settings_of_another_provider_are_refused() {
    let vars = Variables::default();
    assert!(Provider::access(&on_github(&[]), &vars, ORIGIN).is_err());
    assert!(discovery::resolve(&config(), &vars, ORIGIN).is_err());
}
