//! Whose approval it is, for how long, and what it is remembered for.

use serde_json::json;
use toolgate_config::KnownClient;
use toolgate_core::seal::sha256;

use crate::support::*;

const LOCAL: &str = "http://127.0.0.1/cb";

/// Asks as this client, approves where a page asks, and signs in as this person.
fn connect(
    world: &mut World,
    browser: &mut Browser,
    client: &str,
    redirect: &str,
    person: &str,
) -> toolgate_core::reply::Reply {
    let challenge = sha256(VERIFIER);
    let mut asked = query(client, &challenge);
    asked[2].1 = redirect;
    let mut reply = browser.authorize(world, &asked);
    if reply.status() == 200 {
        reply = browser.press(world, &reply, "approve");
    }
    finish_login_as(world, browser, &reply, person).unwrap()
}

fn asks(world: &mut World, browser: &mut Browser, client: &str, redirect: &str) -> bool {
    let challenge = sha256(VERIFIER);
    let mut asked = query(client, &challenge);
    asked[2].1 = redirect;
    browser.clone().authorize(world, &asked).status() == 200
}

#[test]
fn an_approval_of_one_person_does_not_serve_the_next_in_the_same_browser() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    assert_eq!(connect(&mut world, &mut browser, &client, REDIRECT, "ada").status(), 303);
    let grants = world.grants.len();

    let page = connect(&mut world, &mut browser, &client, REDIRECT, "bob");
    assert_eq!(page.status(), 200, "Bob has not approved anything");
    assert!(text(&page).contains("You are signed in as <bdi>bob@mycompany.com</bdi>"));
    assert!(text(&page).contains("Not verified") && text(&page).contains("client.example"));
    assert_eq!(world.grants.len(), grants, "nothing is granted before");

    let to_idp = browser.press(&mut world, &page, "approve");
    let answer = parameters(&finish_login_as(&mut world, &mut browser, &to_idp, "bob").unwrap());
    assert!(!answer["code"].is_empty());
    assert_eq!(answer["state"], "st&te =+ü");
    for person in ["ada", "bob"] {
        let reply = connect(&mut world, &mut browser, &client, REDIRECT, person);
        assert!(parameters(&reply).contains_key("code"), "{person} is remembered");
    }
    assert_eq!(connect(&mut world, &mut browser, &client, REDIRECT, "eve").status(), 200);
}

#[test]
fn the_next_person_may_deny() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    connect(&mut world, &mut browser, &client, REDIRECT, "ada");
    let page = connect(&mut world, &mut browser, &client, REDIRECT, "bob");
    let reply = browser.press(&mut world, &page, "deny");
    assert_eq!(parameters(&reply)["error"], "access_denied");
    assert_eq!(connect(&mut world, &mut browser, &client, REDIRECT, "bob").status(), 200);
}

#[test]
fn an_approval_is_nobodys_until_somebody_has_signed_in() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    browser.press(&mut world, &page, "approve");
    assert!(asks(&mut world, &mut browser, &client, REDIRECT));
}

#[test]
fn what_any_program_could_claim_is_remembered_for_clients_that_somebody_answers_for_only() {
    let private = "cursor://cursor/cb";
    let document = "https://client.example/client.json";
    let mut world = World::new();
    world.config.registration.redirect_schemes = vec!["cursor".into()].into();
    world.config.clients = vec![KnownClient {
        id: "known".into(),
        name: "Known".into(),
        redirect_uris: vec![REDIRECT.into(), LOCAL.into(), private.into()].into(),
        ..KnownClient::default()
    }]
    .into();
    let uris = json!([REDIRECT, LOCAL, "https://localhost/cb", private]);
    world.publish(
        document,
        &json!({ "client_id": document, "client_name": "App", "redirect_uris": uris }),
    );
    let metadata = json!({
        "client_name": "C", "redirect_uris": uris, "token_endpoint_auth_method": "none",
    });
    let registered = world.register(&metadata).1["client_id"].as_str().unwrap().to_owned();
    for (client, redirect, is_remembered) in [
        (registered.as_str(), REDIRECT, true),
        (&registered, LOCAL, false),
        (&registered, "https://localhost/cb", false),
        (&registered, private, false),
        (document, LOCAL, true),
        (document, private, true),
        ("known", LOCAL, true),
        ("known", private, true),
    ] {
        let mut browser = Browser::default();
        connect(&mut world, &mut browser, client, redirect, "ada");
        let is_asked = asks(&mut world, &mut browser, client, redirect);
        assert_eq!(is_asked, !is_remembered, "{client} {redirect}");
    }
}

#[test]
fn an_approval_is_asked_for_again_when_tools_act_as_the_person_elsewhere() {
    let config = |sections: &str| {
        let source = format!("[server]\nname = \"Demo\"\n{sections}");
        toolgate_config::check(&source).unwrap().config
    };
    let wiki = "[identity.upstream]\nhosts = [\"wiki.example.com\"]\n";
    let mail = "[identity.upstream]\nhosts = [\"mail.example.com\"]\n";
    let linear = "[connections.linear]\ntitle = \"Linear\"\nissuer = \"https://linear.example\"\n\
                  client_id = \"a\"\nhosts = [\"api.linear.example\"]\n";
    let account = "Use the account that you connect at Linear (api.linear.example)";
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    connect(&mut world, &mut browser, &client, REDIRECT, "ada");
    for (sections, acts) in [
        (wiki.to_owned(), vec!["Act as you at wiki.example.com"]),
        (mail.to_owned(), vec!["Act as you at mail.example.com"]),
        ([mail, linear].concat(), vec!["Act as you at mail.example.com", account]),
        (linear.to_owned(), vec![account]),
    ] {
        world.config.acts = config(&sections).acts;
        let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
        for act in acts {
            assert!(text(&page).contains(&format!("<li>{act}</li>")), "{}", text(&page));
        }
        connect(&mut world, &mut browser, &client, REDIRECT, "ada");
        assert!(!asks(&mut world, &mut browser, &client, REDIRECT), "{sections}");
    }
}

#[test]
fn every_page_says_how_long_it_lasts_and_the_scope_is_there_when_it_was_asked_for() {
    for (scope, granted) in [("mcp", "mcp"), ("mcp offline_access", "mcp offline_access")] {
        let mut world = World::new();
        world.config.tokens.refresh_token_ttl = 7 * 86_400;
        let client = world.public_client();
        let challenge = sha256(VERIFIER);
        let mut asked = query(&client, &challenge);
        asked[6].1 = scope;
        let mut browser = Browser::default();
        let page = browser.authorize(&mut world, &asked);
        assert!(text(&page).contains("It stays connected until you revoke it, at most 7 days"));
        let to_idp = browser.press(&mut world, &page, "approve");
        let code = finish_login(&mut world, &mut browser, &to_idp).unwrap()["code"].clone();
        let (_, tokens) = world.token(&redeem(&client, &code));
        assert_eq!(tokens["scope"], granted);
        assert!(tokens["refresh_token"].is_string(), "also for a client that does not ask");
    }
}

#[test]
fn a_client_that_uses_no_refresh_tokens_gets_none_unless_it_asks() {
    for (grant_types, scope, gets_one) in [
        (json!(["authorization_code"]), "mcp", false),
        (json!(["authorization_code"]), "mcp offline_access", true),
        (json!(["authorization_code", "refresh_token"]), "mcp", true),
        (json!(null), "mcp", true),
    ] {
        for is_document in [false, true] {
            let mut world = World::new();
            let id = "https://client.example/client.json";
            let metadata = json!({
                "client_id": id, "client_name": "C", "redirect_uris": [REDIRECT],
                "grant_types": grant_types, "token_endpoint_auth_method": "none",
            });
            world.publish(id, &metadata);
            let (_, registered) = world.register(&metadata);
            let client = if is_document { id } else { registered["client_id"].as_str().unwrap() };
            let expected = if gets_one && scope == "mcp" { 2 } else { 1 };
            assert_eq!(registered["grant_types"].as_array().unwrap().len(), expected);
            let challenge = sha256(VERIFIER);
            let mut asked = query(client, &challenge);
            asked[6].1 = scope;
            let mut browser = Browser::default();
            let page = browser.authorize(&mut world, &asked);
            let most = if gets_one { "at most 30 days" } else { "at most 1 hour" };
            assert!(text(&page).contains(most), "{grant_types} {scope}");
            let to_idp = browser.press(&mut world, &page, "approve");
            let code = finish_login(&mut world, &mut browser, &to_idp).unwrap()["code"].clone();
            let (status, tokens) = world.token(&redeem(client, &code));
            assert_eq!(status, 200);
            assert_eq!(tokens["refresh_token"].is_string(), gets_one, "{grant_types} {scope}");
            let longest = if gets_one { 30 * 86_400 } else { 600 + 3600 };
            assert!(world.grants.values().all(|grant| grant.expires == NOW + longest));
        }
    }
}
