//! GitHub: who an access token belongs to.

use serde_json::{Value, json};
use toolgate_config::{Condition, Config, Endpoints as Configured, Policy, Provider as Kind};
use toolgate_core::upstream::kept::Kept;
use toolgate_core::upstream::provider::Provider;
use toolgate_core::upstream::trouble::{Trouble, Upstream};
use toolgate_core::upstream::{discovery, github, tokens};
use toolgate_policy::{Arguments, Caller, Decision, Reason, decide};

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
    let (config, provider) = (on_github(scopes), World::new().provider);
    let mut lookup = github::Lookup::new(&config, &provider);
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
    assert_eq!((caller.email, caller.claimed_email), (None, None));
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
    assert!(matches!(caller, Err(Trouble::Ended(..))));
}

#[test]
fn without_the_permission_to_read_addresses_people_sign_in_without_one() {
    for status in [403, 404] {
        let (config, provider) = (on_github(&["user:email"]), World::new().provider);
        let mut lookup = github::Lookup::new(&config, &provider);
        lookup.take(&answer(200, &octocat("/user").1)).unwrap();
        assert_eq!(lookup.hint(), None);
        lookup.take(&answer(status, &json!({ "message": "Resource not accessible" }))).unwrap();
        assert!(lookup.hint().unwrap().contains("Email addresses"), "{status}");
        let caller = lookup.finish().unwrap();
        assert_eq!((caller.email, caller.claimed_email), (None, None));
    }
}

#[test]
fn what_github_does_not_show_is_unknown() {
    let mut config = on_github(&["read:org"]);
    config.policies = vec![
        Policy::new("member", Condition::Groups(vec!["mycompany".into()].into())),
        Policy::new(
            "others",
            Condition::Not(vec![Condition::Groups(vec!["x/temps".into()].into())].into()),
        ),
    ]
    .into();
    let provider = World::new().provider;
    let read = |step: &str, status: u16, header: Option<&'static str>| {
        let mut lookup = github::Lookup::new(&config, &provider);
        while let Some(request) = lookup.next("gho_1") {
            let path = request.uri().path().to_owned();
            let mut answer = match path == step {
                true if status != 200 => answer(status, &json!({ "message": "no" })),
                _ => answer(200, &octocat(&path).1),
            };
            if let (true, Some(header)) = (path == step, header) {
                answer.headers_mut().insert("x-github-sso", header.parse().unwrap());
            }
            lookup.take(&answer).unwrap();
        }
        let caller = lookup.finish().unwrap();
        let decided = |name| match decide(
            &config,
            name,
            &caller,
            Arguments::Unknown,
            &Variables::default(),
        ) {
            Decision::Allow => "allow".to_owned(),
            Decision::Deny { reason } => reason.to_string(),
        };
        (decided("member"), decided("others"), caller.known.hint("groups").is_some())
    };
    let (allow, partial) = ("allow".to_owned(), Reason::PartialGroups.to_string());
    assert_eq!(read("", 200, None), (allow.clone(), allow.clone(), false));
    for status in [403, 404] {
        let teams = read("/user/teams", status, None);
        assert_eq!(teams, (allow.clone(), partial.clone(), true), "organisations are known");
        let organizations = read("/user/orgs", status, None);
        assert_eq!(organizations, (partial.clone(), partial.clone(), true));
    }
    let sign_on = Some("partial-results; organizations=21955855");
    assert_eq!(read("/user/orgs", 200, sign_on), (allow.clone(), partial.clone(), true));
}

#[test]
fn no_more_pages_are_read_than_somebody_waits_for() {
    let page = Value::from_iter((0..100).map(|n| json!({ "login": format!("o{n}") })));
    let config = on_github(&["read:org"]);
    let kept = Kept::new(&config, std::iter::empty());
    let provider = Provider { kept, ..World::new().provider };
    let mut lookup = github::Lookup::new(&config, &provider);
    let mut asked = 0;
    while let Some(request) = lookup.next("gho_1") {
        asked += 1;
        let body = match request.uri().path() {
            "/user" => octocat("/user").1,
            "/user/orgs" => page.clone(),
            _ => json!([]),
        };
        lookup.take(&answer(200, &body)).unwrap();
    }
    assert_eq!(asked, 12, "the account, ten pages of organisations, one of teams");
    assert!(lookup.finish().unwrap().known.hint("groups").is_some());
}

#[test]
fn a_token_withdrawn_at_github_ends_the_grant_and_a_rate_limit_does_not() {
    let (caller, _) = look_up(&[], |_| (401, json!({ "message": "Bad credentials" })));
    assert!(matches!(caller, Err(Trouble::Ended(..))));
    let (caller, _) = look_up(&[], |_| (500, json!({})));
    assert!(matches!(caller, Err(Trouble::Failed(..))));
    let (config, provider) = (on_github(&[]), World::new().provider);
    for (name, value) in [("x-ratelimit-remaining", "0"), ("retry-after", "60")] {
        let mut limited = answer(403, &json!({}));
        limited.headers_mut().insert(name, value.parse().unwrap());
        let taken = github::Lookup::new(&config, &provider).take(&limited);
        assert!(matches!(taken, Err(Trouble::Failed(..))), "{name}");
    }
    let unfinished = github::Lookup::new(&config, &provider);
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
    assert_eq!(github::keep(&config().identity, &tokens, NOW), Some(kept.into()));
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
