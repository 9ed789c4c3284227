//! The authorization endpoint and the approval page.

use http::header::CONTENT_SECURITY_POLICY;
use serde_json::json;
use toolgate_core::oauth::{authorize, callback};
use toolgate_core::seal::sha256;

use crate::support::*;

fn replaced<'a>(
    mut query: Vec<(&'a str, &'a str)>,
    name: &str,
    value: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let position = query.iter().position(|(n, _)| *n == name).unwrap();
    match value {
        Some(value) => query[position].1 = value,
        None => drop(query.remove(position)),
    }
    query
}

#[test]
fn a_whole_sign_in_gives_a_code_with_state_and_issuer() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    assert_eq!(page.status(), 200);
    let to_idp = browser.press(&mut world, &page, "approve");
    let upstream = parameters(&to_idp);
    assert!(location(&to_idp).starts_with(&format!("{ISSUER}/authorization?")));
    assert_eq!(upstream["client_id"], "app");
    assert_eq!(upstream["redirect_uri"], format!("{ORIGIN}/callback"));
    assert_eq!(upstream["scope"], "openid email");
    assert_eq!(upstream["code_challenge_method"], "S256");
    let answer = finish_login(&mut world, &mut browser, &to_idp).unwrap();
    assert_eq!(answer["state"], "st&te =+ü");
    assert_eq!(answer["iss"], ORIGIN);
    assert!(!answer["code"].is_empty());
    assert!(browser.0.keys().all(|name| name == "__Host-toolgate-approvals"), "{:?}", browser.0);
}

#[test]
fn an_unproven_client_or_redirect_uri_is_shown_and_never_redirected() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let good = query(&client, &challenge);
    for bad in [
        replaced(good.clone(), "client_id", Some("unknown")),
        replaced(good.clone(), "client_id", None),
        replaced(good.clone(), "redirect_uri", Some("https://evil.example/cb")),
        replaced(good.clone(), "redirect_uri", Some("https://client.example/cb/")),
        replaced(good.clone(), "redirect_uri", None),
        [good.clone(), vec![("redirect_uri", "https://evil.example/cb")]].concat(),
        [good.clone(), vec![("client_id", "x")]].concat(),
    ] {
        let reply = Browser::default().authorize(&mut world, &bad);
        assert_eq!(reply.status(), 400, "{bad:?}");
        assert!(text(&reply).contains("Nothing was granted"));
    }
}

/// Requests that are refused although client and redirect URI are proven, with the error.
fn refused<'a>(good: &[(&'a str, &'a str)]) -> Vec<(Vec<(&'a str, &'a str)>, &'static str)> {
    let good = good.to_vec();
    vec![
        (replaced(good.clone(), "code_challenge", None), "invalid_request"),
        (replaced(good.clone(), "code_challenge", Some("short")), "invalid_request"),
        (replaced(good.clone(), "code_challenge_method", None), "invalid_request"),
        (replaced(good.clone(), "code_challenge_method", Some("plain")), "invalid_request"),
        (replaced(good.clone(), "response_type", Some("token")), "unsupported_response_type"),
        (replaced(good.clone(), "response_type", None), "invalid_request"),
        (replaced(good.clone(), "resource", Some("https://other.example/mcp")), "invalid_target"),
        ([good.clone(), vec![("scope", "x")]].concat(), "invalid_request"),
    ]
}

#[test]
fn other_faults_go_back_to_a_program_on_this_machine_with_state_and_issuer() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let good = replaced(query(&client, &challenge), "redirect_uri", Some("http://127.0.0.1:7/cb"));
    for (bad, error) in refused(&good) {
        let reply = Browser::default().authorize(&mut world, &bad);
        assert!(location(&reply).starts_with("http://127.0.0.1:7/cb?"), "{bad:?}");
        let answer = parameters(&reply);
        assert_eq!(
            (answer["error"].as_str(), answer["state"].as_str(), answer["iss"].as_str()),
            (error, "st&te =+ü", ORIGIN)
        );
    }
}

#[test]
fn to_the_web_site_of_an_unverified_client_the_person_goes_themselves() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    for (bad, error) in refused(&query(&client, &challenge)) {
        let reply = Browser::default().authorize(&mut world, &bad);
        assert_eq!(reply.status(), 400, "{bad:?}");
        assert!(reply.headers().get("location").is_none());
        let html = text(&reply);
        assert!(
            !html.contains("<form") && !html.contains("http-equiv"),
            "nothing goes on by itself"
        );
        let (_, rest) = html.split_once("<a href=\"").expect("a link");
        let href = rest.split('"').next().unwrap().replace("&amp;", "&");
        let url = url::Url::parse(&href).unwrap();
        let answer: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert!(href.starts_with("https://client.example/cb?"), "{href}");
        assert_eq!(
            (answer["error"].as_str(), answer["state"].as_str(), answer["iss"].as_str()),
            (error, "st&te =+ü", ORIGIN)
        );
        assert_eq!(html.matches("<a ").count(), 1);
    }
}

#[test]
fn clients_that_somebody_answers_for_are_told_of_faults_at_once() {
    let mut world = World::new();
    let id = "https://client.example/client.json";
    world.publish(
        id,
        &json!({
            "client_id": id, "client_name": "App", "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "none",
        }),
    );
    world.config.clients = vec![toolgate_config::KnownClient {
        id: "known".into(),
        name: "Known".into(),
        redirect_uris: vec![REDIRECT.into()].into(),
        ..Default::default()
    }]
    .into();
    let challenge = sha256(VERIFIER);
    for client in [id, "known"] {
        for (bad, error) in refused(&query(client, &challenge)) {
            let reply = Browser::default().authorize(&mut world, &bad);
            assert!(location(&reply).starts_with("https://client.example/cb?"), "{bad:?}");
            assert_eq!(parameters(&reply)["error"], error);
        }
    }
}

#[test]
fn the_page_names_client_host_and_scopes_escapes_them_and_cannot_be_framed() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let page = Browser::default().authorize(&mut world, &query(&client, &challenge));
    let html = text(&page);
    assert!(html.contains("Test &lt;client&gt;") && !html.contains("<client>"));
    assert!(html.contains("<b>client.example</b>"));
    assert!(html.contains("It stays connected until you revoke it, at most 30 days"));
    let csp = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(csp.contains("frame-ancestors 'none'") && !csp.contains("unsafe-inline"), "{csp}");
    assert_eq!(page.headers()["x-frame-options"], "DENY");
    assert_eq!(page.headers()["cache-control"], "no-store");
}

#[test]
fn a_loopback_redirect_may_use_any_port_and_is_warned_about() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let query =
        replaced(query(&client, &challenge), "redirect_uri", Some("http://127.0.0.1:5555/cb"));
    let page = Browser::default().authorize(&mut world, &query);
    assert!(text(&page).contains("runs on this computer"));
    let csp = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        !csp.contains("form-action"),
        "where the client's own redirects lead is its own: {csp}"
    );
}

#[test]
fn denying_tells_the_client() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let reply = browser.press(&mut world, &page, "deny");
    assert_eq!(parameters(&reply)["error"], "access_denied");
    assert_eq!(parameters(&reply)["state"], "st&te =+ü");
    assert!(browser.0.is_empty(), "no approval is remembered: {:?}", browser.0);
}

#[test]
fn the_form_works_only_with_its_own_cookie_and_token() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let other_page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    assert_eq!(Browser::default().press(&mut world, &page, "approve").status(), 400);
    assert_eq!(browser.clone().press(&mut world, &page, "maybe").status(), 400);
    for form in [
        vec![("attempt", "x"), ("csrf", "y"), ("decision", "approve")],
        vec![("attempt", "a; b"), ("csrf", "y"), ("decision", "approve")],
        vec![("decision", "approve")],
    ] {
        assert_eq!(browser.submit(&mut world, &form).status(), 400);
    }
    // Two tabs do not disturb each other.
    assert_eq!(browser.press(&mut world, &other_page, "approve").status(), 303);
    assert_eq!(browser.press(&mut world, &page, "approve").status(), 303);
    // A page is good for one decision.
    assert_eq!(browser.press(&mut world, &page, "approve").status(), 400);
}

#[test]
fn a_page_expires() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    world.now += 601;
    let reply = browser.press(&mut world, &page, "approve");
    assert_eq!(reply.status(), 400);
    assert!(text(&reply).contains("expired"));
}

#[test]
fn an_approval_is_remembered_for_exactly_what_was_approved() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let good = query(&client, &challenge);
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &good);
    let to_idp = browser.press(&mut world, &page, "approve");
    finish_login(&mut world, &mut browser, &to_idp).unwrap();
    assert_eq!(browser.authorize(&mut world, &good).status(), 303, "straight to the provider");
    for different in [
        replaced(good.clone(), "redirect_uri", Some("http://127.0.0.1/cb")),
        replaced(good.clone(), "scope", Some("mcp")),
        replaced(good.clone(), "resource", None),
        [good.clone(), vec![("prompt", "consent")]].concat(),
    ] {
        assert_eq!(browser.authorize(&mut world, &different).status(), 200, "{different:?}");
    }
    let other = world.public_client();
    assert_eq!(browser.authorize(&mut world, &query(&other, &challenge)).status(), 200);
    world.now += 86401;
    assert_eq!(browser.authorize(&mut world, &good).status(), 200, "forgotten in time");
}

#[test]
fn a_forged_or_truncated_approval_cookie_counts_as_none() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &challenge));
    let to_idp = browser.press(&mut world, &page, "approve");
    finish_login(&mut world, &mut browser, &to_idp).unwrap();
    let genuine = browser.0["__Host-toolgate-approvals"].clone();
    for forged in ["", "x", &genuine[..genuine.len() - 4], &genuine.to_uppercase()] {
        let mut browser = Browser::default();
        browser.0.insert("__Host-toolgate-approvals".to_owned(), forged.to_owned());
        assert_eq!(browser.authorize(&mut world, &query(&client, &challenge)).status(), 200);
    }
}

#[test]
fn an_open_page_or_sign_in_of_another_address_is_of_no_use_with_the_same_key() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let form = [
        ("attempt", &*hidden(&page, "attempt")),
        ("csrf", &*hidden(&page, "csrf")),
        ("decision", "approve"),
    ];
    let request = browser.request(post("/authorize", &form));
    let mut elsewhere = world.gate();
    elsewhere.origin = "https://other.example.com";
    assert_eq!(authorize::decide(&mut elsewhere, &request).status(), 400);

    let away = browser.submit(&mut world, &form);
    let state = parameters(&away)["state"].clone();
    let request = browser.request(get("/callback", &[("state", &state), ("code", "c")]));
    let mut elsewhere = world.gate();
    assert!(callback::begin(&elsewhere, &request).is_ok());
    elsewhere.origin = "https://other.example.com";
    assert_eq!(callback::begin(&elsewhere, &request).unwrap_err().status(), 400);
}
