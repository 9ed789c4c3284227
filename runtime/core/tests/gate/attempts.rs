//! What a browser keeps of sign-ins that were begun and not finished.

use http::header::SET_COOKIE;
use serde_json::json;
use toolgate_core::seal::sha256;

use crate::support::*;

/// The limit of a browser, Safari's, for name, value and attributes.
const LONGEST_COOKIE: usize = 4093;
/// The server's limit for all headers of a request.
const LONGEST_HEADERS: usize = 32 * 1024;

fn sizes(reply: &toolgate_core::reply::Reply) -> Vec<usize> {
    reply.headers().get_all(SET_COOKIE).iter().map(http::HeaderValue::len).collect()
}

#[test]
fn links_that_another_site_opens_do_not_lock_a_browser_out() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let state = "s".repeat(2048);
    let mut hostile = query(&client, &challenge);
    hostile[5].1 = &state;
    let mut browser = Browser::default();
    for _ in 0..50 {
        world.now += 1;
        assert_eq!(browser.authorize(&mut world, &hostile).status(), 200);
        assert!(browser.0.len() <= 6, "{}", browser.0.len());
    }
    let kept: usize = browser.0.iter().map(|(name, value)| name.len() + value.len() + 3).sum();
    assert!(kept < LONGEST_HEADERS - 4096, "{kept}");
    world.now += 1;
    let page = browser.authorize(&mut world, &query(&client, &challenge));
    let to_idp = browser.press(&mut world, &page, "approve");
    assert!(finish_login(&mut world, &mut browser, &to_idp).is_ok());
}

#[test]
fn the_oldest_attempts_give_way_whichever_step_they_are_at() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let good = query(&client, &challenge);
    let mut browser = Browser::default();
    let mut pages = Vec::new();
    for _ in 0..6 {
        world.now += 1;
        pages.push(browser.authorize(&mut world, &good));
    }
    // The first goes on to the provider, which takes no room that others had.
    world.now += 1;
    let first = browser.press(&mut world, &pages[0], "approve");
    assert_eq!(browser.0.len(), 6);
    for page in &pages[1..] {
        assert_eq!(browser.clone().press(&mut world, page, "approve").status(), 303);
    }
    // Three more: of the pages, two to four are the oldest now.
    for _ in 0..3 {
        world.now += 1;
        browser.authorize(&mut world, &good);
    }
    for (number, page) in pages.iter().enumerate().skip(1) {
        let is_open = browser.clone().press(&mut world, page, "approve").status() == 303;
        assert_eq!(is_open, number > 3, "{number}");
    }
    assert!(finish_login(&mut world, &mut browser, &first).is_ok());
}

#[test]
fn the_longest_request_fits_the_cookies_whatever_it_is_made_of() {
    let redirect = format!("https://client.example/{}", "r".repeat(512 - 23));
    for letter in ["n", "\"", "Ж", "名", "🛂"] {
        let mut world = World::new();
        let metadata = json!({ "client_name": letter.repeat(80), "redirect_uris": [redirect] });
        let client = world.register(&metadata).1["client_id"].as_str().unwrap().to_owned();
        for state in ["s".repeat(2048), "\"".repeat(2048), "\u{1}".repeat(2048), "ü".repeat(1024)]
        {
            let challenge = sha256(VERIFIER);
            let mut longest = query(&client, &challenge);
            (longest[2].1, longest[5].1) = (&redirect, &state);
            let mut browser = Browser::default();
            let page = browser.authorize(&mut world, &longest);
            assert_eq!(page.status(), 200, "{letter} {}", text(&page));
            let to_idp = browser.press(&mut world, &page, "approve");
            for size in [sizes(&page), sizes(&to_idp)].concat() {
                assert!(size <= LONGEST_COOKIE, "{size} bytes for {letter}");
            }
            assert_eq!(finish_login(&mut world, &mut browser, &to_idp).unwrap()["state"], state);
        }
    }
}

#[test]
fn a_state_that_is_too_long_is_refused_with_both_lengths() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let state = "s".repeat(2049);
    let mut long = query(&client, &challenge);
    (long[2].1, long[5].1) = ("http://127.0.0.1/cb", &state);
    let answer = parameters(&Browser::default().authorize(&mut world, &long));
    assert_eq!(answer["error"], "invalid_request");
    assert!(
        answer["error_description"]
            .starts_with("state has 2049 bytes, and at most 2048 can be returned")
    );
    assert!(!answer.contains_key("state"));
}

#[test]
fn a_request_that_fits_no_cookie_is_refused_with_the_size() {
    let mut world = World::new();
    let scopes: String = (0..60).map(|n| format!("scope-number-{n} ")).collect();
    world.config.scopes = scopes
        .split_whitespace()
        .map(|name| toolgate_config::Scope { name: name.to_owned().into(), meaning: "x".into() })
        .collect::<Vec<_>>()
        .into();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let state = "s".repeat(2048);
    let mut long = query(&client, &challenge);
    (long[5].1, long[6].1) = (&state, &scopes);
    let reply = Browser::default().authorize(&mut world, &long);
    assert_eq!(reply.status(), 400);
    assert!(text(&reply).contains("browsers keep 4093"), "{}", text(&reply));
    assert!(text(&reply).contains("request_too_long") && sizes(&reply).is_empty());
}

#[test]
fn on_plain_http_of_this_machine_no_cookie_needs_https() {
    let mut world = World::new();
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let local = "http://localhost:8787";
    let mut asked = query(&client, &challenge);
    asked[7].1 = "http://localhost:8787/mcp";
    let request = get("/authorize", &asked);
    let found = find_client(&world, &toolgate_core::oauth::params::Params::query(&request));
    let mut gate = world.gate();
    gate.origin = local;
    let page = toolgate_core::oauth::authorize::show(&mut gate, &request, found);
    let cookie = page.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("toolgate-consent-") && !cookie.contains("Secure"), "{cookie}");
    let (pair, _) = cookie.split_once(';').unwrap();
    let form = [
        ("attempt", &*hidden(&page, "attempt")),
        ("csrf", &*hidden(&page, "csrf")),
        ("decision", "approve"),
    ];
    let mut request = post("/authorize", &form);
    request.headers_mut().insert("cookie", pair.parse().unwrap());
    let mut gate = world.gate();
    gate.origin = local;
    let away = toolgate_core::oauth::authorize::decide(&mut gate, &request);
    assert_eq!(away.status(), 303);
    for cookie in away.headers().get_all(SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("toolgate-") && !cookie.contains("Secure"), "{cookie}");
    }
    // The same cookies are of no use where the server is deployed.
    assert_eq!(toolgate_core::oauth::authorize::decide(&mut world.gate(), &request).status(), 400);
}
