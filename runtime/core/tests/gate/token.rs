//! The token endpoint, and bearer tokens on the resource.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use toolgate_core::seal::{Keyring, sha256};

use crate::support::*;

fn refresh<'a>(client: &'a str, token: &'a Value) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("refresh_token", token["refresh_token"].as_str().unwrap()),
    ]
}

#[test]
fn a_code_becomes_tokens_that_open_the_resource() {
    let mut world = World::new();
    let client = world.public_client();
    let tokens = tokens(&mut world, &client);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "mcp offline_access");
    let access = tokens["access_token"].as_str().unwrap();
    let caller = world.authenticate(access, "/mcp").unwrap();
    assert_eq!(caller.email.as_deref(), Some("employee1@mycompany.com"));
    assert_eq!(caller.scopes, ["mcp", "offline_access"]);
    assert!(!access.contains("employee1"), "nothing is readable outside");
}

#[test]
fn a_code_needs_its_verifier_client_and_redirect_uri() {
    let mut world = World::new();
    let client = world.public_client();
    let other = world.public_client();
    let code = sign_in(&mut world, &client);
    let good = redeem(&client, &code);
    let swap = |name: &str, value: &'static str| {
        let mut form = good.clone();
        form.iter_mut().find(|(n, _)| *n == name).unwrap().1 = value;
        form
    };
    let wrong = "wrong-verifier-wrong-verifier-wrong-verifier";
    for (form, error) in [
        (swap("code_verifier", wrong), "invalid_grant"),
        (swap("code_verifier", "short"), "invalid_grant"),
        (swap("code_verifier", ""), "invalid_request"),
        (swap("redirect_uri", "https://client.example/other"), "invalid_grant"),
        (swap("code", "junk"), "invalid_grant"),
        (swap("client_id", ""), "invalid_client"),
        (swap("client_id", "junk"), "invalid_client"),
        (swap("grant_type", "password"), "unsupported_grant_type"),
        (redeem(&other, &code), "invalid_grant"),
        ([good.clone(), vec![("code", "twice")]].concat(), "invalid_request"),
        ([good.clone(), vec![("resource", "https://evil.example")]].concat(), "invalid_target"),
        (
            [good.clone(), vec![("resource", "https://mcp.example.com/sse")]].concat(),
            "invalid_target",
        ),
    ] {
        let (status, body) = world.token(&form);
        let expected = if error == "invalid_client" { 401 } else { 400 };
        assert_eq!((status, body["error"].as_str()), (expected, Some(error)), "{form:?}");
    }
    // None of these used it up.
    assert_eq!(world.token(&good).0, 200);
}

#[test]
fn a_code_works_once_and_its_replay_ends_the_grant() {
    let mut world = World::new();
    let client = world.public_client();
    let code = sign_in(&mut world, &client);
    let (_, first) = world.token(&redeem(&client, &code));
    let (status, body) = world.token(&redeem(&client, &code));
    assert_eq!((status, body["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(world.token(&refresh(&client, &first)).0, 400);
}

#[test]
fn a_code_expires() {
    let mut world = World::new();
    let client = world.public_client();
    let code = sign_in(&mut world, &client);
    world.now += 600;
    assert_eq!(world.token(&redeem(&client, &code)).1["error"], "invalid_grant");
}

#[test]
fn refreshing_rotates_and_a_retry_gets_the_same_successor() {
    let mut world = World::new();
    let client = world.public_client();
    let first = tokens(&mut world, &client);
    let (_, second) = world.token(&refresh(&client, &first));
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let (_, retry) = world.token(&refresh(&client, &first));
    assert_eq!(retry["refresh_token"], second["refresh_token"]);
    let (status, third) = world.token(&refresh(&client, &second));
    assert_eq!(status, 200);
    // The first again, now that its successor was used: everything ends.
    assert_eq!(world.token(&refresh(&client, &first)).1["error"], "invalid_grant");
    assert_eq!(world.token(&refresh(&client, &third)).1["error"], "invalid_grant");
}

#[test]
fn a_refresh_token_is_bound_to_its_client_scope_and_resource() {
    let mut world = World::new();
    let client = world.public_client();
    let other = world.public_client();
    let tokens = tokens(&mut world, &client);
    let with = |extra| [refresh(&client, &tokens), vec![extra]].concat();
    for (form, error) in [
        (refresh(&other, &tokens), "invalid_grant"),
        (with(("resource", "https://evil.example/mcp")), "invalid_target"),
        (with(("resource", "https://mcp.example.com/sse")), "invalid_target"),
    ] {
        assert_eq!(world.token(&form).1["error"], error, "{form:?}");
    }
    // A refused request used nothing up: long after it, the token is still good.
    world.now += 61;
    let (_, narrowed) = world.token(&with(("scope", "mcp")));
    assert_eq!(narrowed["scope"], "mcp");
}

/// A sign-in with another parameter; the token response.
fn tokens_with(world: &mut World, name: &str, value: &str) -> (String, Value) {
    let client = world.public_client();
    let challenge = sha256(VERIFIER);
    let mut query = query(&client, &challenge);
    query.iter_mut().find(|(known, _)| *known == name).unwrap().1 = value;
    let mut browser = Browser::default();
    let page = browser.authorize(world, &query);
    let to_idp = browser.press(world, &page, "approve");
    let code = finish_login(world, &mut browser, &to_idp).unwrap()["code"].clone();
    let tokens = world.token(&redeem(&client, &code)).1;
    (client, tokens)
}

#[test]
fn scopes_that_are_repeated_at_a_refresh_are_read_as_at_the_sign_in() {
    let both = "mcp offline_access";
    for (asked, granted, then, refreshed) in [
        ("openid offline_access", both, "openid offline_access", both),
        ("openid offline_access", both, "mcp", "mcp"),
        ("openid", "mcp", "openid profile", "mcp"),
        (both, both, "mcp mcp admin", "mcp"),
        (both, both, "offline_access", "offline_access"),
        (both, both, "openid", "mcp"),
        ("", "mcp", "mcp", "mcp"),
    ] {
        let mut world = World::new();
        let (client, tokens) = tokens_with(&mut world, "scope", asked);
        assert_eq!(tokens["scope"], granted, "{asked}");
        let form = [refresh(&client, &tokens), vec![("scope", then)]].concat();
        assert_eq!(world.token(&form).1["scope"], refreshed, "{asked}, then {then}");
    }
    let mut world = World::new();
    let (client, tokens) = tokens_with(&mut world, "scope", "mcp");
    let form = [refresh(&client, &tokens), vec![("scope", both)]].concat();
    assert_eq!(world.token(&form).1["error"], "invalid_scope", "it was never asked for");
}

#[test]
fn a_token_without_the_scope_of_the_server_opens_nothing_and_says_which_it_takes() {
    let mut world = World::new();
    let (client, tokens) = tokens_with(&mut world, "scope", "mcp offline_access");
    let form = [refresh(&client, &tokens), vec![("scope", "offline_access")]].concat();
    let narrow = world.token(&form).1;
    for path in ["/mcp", "/sse"] {
        let token = narrow["access_token"].as_str().unwrap();
        let refusal = world.authenticate(token, path).unwrap_err();
        assert_eq!(refusal.status(), 403);
        let challenge = refusal.headers()["www-authenticate"].to_str().unwrap();
        for part in ["error=\"insufficient_scope\"", "scope=\"mcp\"", "resource_metadata=\"https"] {
            assert!(challenge.contains(part), "{challenge}");
        }
    }
}

#[test]
fn one_resource_may_be_named_twice_and_two_may_not() {
    let mut world = World::new();
    let client = world.public_client();
    let mcp = "https://mcp.example.com/mcp";
    for (resources, expected) in [
        (&[mcp, mcp][..], None),
        (&[mcp, "HTTPS://MCP.example.com:443/mcp/"], None),
        (&["https://mcp.example.com"], None),
        (&[mcp, "https://mcp.example.com/sse"], Some("invalid_target")),
        (&[mcp, "https://mcp.example.com"], Some("invalid_target")),
        (&["https://mcp.example.com/MCP"], Some("invalid_target")),
        (&["https://mcp.example.com:444/mcp"], Some("invalid_target")),
        (&["http://mcp.example.com/mcp"], Some("invalid_target")),
        (&["https://mcp.example.com/mcp?x"], Some("invalid_target")),
        (&["https://mcp.example.com.evil.example/mcp"], Some("invalid_target")),
        (&["https://mcp.example.com@evil.example/mcp"], Some("invalid_target")),
    ] {
        let challenge = sha256(VERIFIER);
        let mut query = query(&client, &challenge);
        query.retain(|(name, _)| *name != "resource");
        query.extend(resources.iter().map(|resource| ("resource", *resource)));
        let reply = Browser::default().authorize(&mut world, &query);
        let told = String::from_utf8_lossy(reply.body()).into_owned()
            + reply.headers().get("location").map_or("", |value| value.to_str().unwrap());
        match expected {
            None => assert_eq!(reply.status(), 200, "{resources:?}"),
            Some(error) => assert!(told.contains(error), "{resources:?}: {told}"),
        }
    }
}

#[test]
fn a_token_for_mcp_opens_sse_and_one_for_sse_opens_nothing_else() {
    for (resource, mcp) in [
        ("https://mcp.example.com", true),
        ("https://mcp.example.com/mcp", true),
        ("https://mcp.example.com/sse", false),
    ] {
        let mut world = World::new();
        let (_, tokens) = tokens_with(&mut world, "resource", resource);
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(world.authenticate(token, "/mcp").is_ok(), mcp, "{resource}");
        for path in ["/sse", "/messages"] {
            assert!(world.authenticate(token, path).is_ok(), "{resource} {path}");
        }
    }
}

#[test]
fn an_access_token_does_not_refresh_and_a_refresh_token_opens_nothing() {
    let mut world = World::new();
    let client = world.public_client();
    let tokens = tokens(&mut world, &client);
    let swapped = json!({ "refresh_token": tokens["access_token"] });
    assert_eq!(world.token(&refresh(&client, &swapped)).1["error"], "invalid_grant");
    assert!(world.authenticate(tokens["refresh_token"].as_str().unwrap(), "/mcp").is_err());
}

#[test]
fn a_confidential_client_must_prove_itself_in_the_registered_way() {
    let mut world = World::new();
    let (_, registered) =
        world.register(&json!({ "client_name": "C", "redirect_uris": [REDIRECT] }));
    let (id, secret) =
        (registered["client_id"].as_str().unwrap(), registered["client_secret"].as_str().unwrap());
    let code = sign_in(&mut world, id);
    let basic = |secret: &str| {
        let mut request = post("/token", &redeem(id, &code));
        let value = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        request.headers_mut().insert("authorization", value.parse().unwrap());
        request
    };
    assert_eq!(world.token(&redeem(id, &code)).1["error"], "invalid_client");
    let in_body = [redeem(id, &code), vec![("client_secret", secret)]].concat();
    assert_eq!(world.token(&in_body).1["error"], "invalid_client");
    assert_eq!(world.token_request(&basic("wrong")).1["error"], "invalid_client");
    assert_eq!(world.token_request(&basic(secret)).0, 200);
}

#[test]
fn bad_tokens_get_a_challenge_that_tells_where_to_sign_in() {
    let mut world = World::new();
    let client = world.public_client();
    let tokens = tokens(&mut world, &client);
    let access = tokens["access_token"].as_str().unwrap();
    let reply = world.authenticate("junk", "/mcp").unwrap_err();
    let challenge = reply.headers()["www-authenticate"].to_str().unwrap();
    assert_eq!(reply.status(), 401);
    assert!(challenge.contains("error=\"invalid_token\""));
    assert!(challenge.contains(
        "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\""
    ));
    assert!(world.authenticate(access, "/sse").is_ok(), "the old way to what /mcp serves");
    world.now += 3600;
    assert!(world.authenticate(access, "/mcp").is_err(), "expired");
    world.now -= 3600;
    world.keys = Keyring::parse(&KEY.chars().rev().collect::<String>()).unwrap();
    assert!(world.authenticate(access, "/mcp").is_err(), "another deployment's key");
}

#[test]
fn an_access_token_that_was_issued_later_than_now_opens_nothing() {
    let mut world = World::new();
    let client = world.public_client();
    let tokens = tokens(&mut world, &client);
    let access = tokens["access_token"].as_str().unwrap();
    for (ahead, is_good) in [(0, true), (5, true), (6, false), (3600, false)] {
        world.now = NOW - ahead;
        assert_eq!(world.authenticate(access, "/mcp").is_ok(), is_good, "{ahead} s ahead");
    }
}
