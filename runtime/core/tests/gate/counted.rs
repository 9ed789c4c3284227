//! What a request is counted by: its grant, its sign-in, or its network address.

use http::Request;
use serde_json::{Value, json};
use toolgate_core::oauth::counted::by_proof;
use toolgate_core::rate::Route;
use toolgate_core::seal::sha256;

use crate::support::*;

fn counted(world: &mut World, request: &Request<Vec<u8>>) -> Option<(Route, String)> {
    by_proof(&world.gate(), request)
}

fn refresh<'a>(client: &'a str, tokens: &'a Value) -> Vec<(&'a str, &'a str)> {
    let token = tokens["refresh_token"].as_str().unwrap();
    vec![("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)]
}

#[test]
fn code_and_tokens_of_one_grant_count_together_whatever_the_endpoint() {
    let mut world = World::new();
    let client = world.public_client();
    let code = sign_in(&mut world, &client);
    let redeemed = post("/token", &redeem(&client, &code));
    let grant = counted(&mut world, &redeemed).expect("it is one of a grant");
    assert_eq!(grant.0, Route::Grant);
    assert!(world.grants.contains_key(&grant.1));
    let tokens = world.token_request(&redeemed).1;
    let revoke = |name: &str| {
        post(
            "/revoke",
            &[("client_id", client.as_str()), ("token", tokens[name].as_str().unwrap())],
        )
    };
    for request in [
        post("/token", &refresh(&client, &tokens)),
        revoke("access_token"),
        revoke("refresh_token"),
    ] {
        assert_eq!(counted(&mut world, &request), Some(grant.clone()));
    }
    let other = self::tokens(&mut world, &client);
    assert_ne!(counted(&mut world, &post("/token", &refresh(&client, &other))), Some(grant));
}

#[test]
fn what_is_not_the_clients_own_proves_nothing() {
    let mut world = World::new();
    let (client, other) = (world.public_client(), world.public_client());
    let tokens = tokens(&mut world, &client);
    let code = sign_in(&mut world, &client);
    let access = json!({ "refresh_token": tokens["access_token"] });
    let junk = json!({ "refresh_token": "x".repeat(300) });
    for form in [
        refresh(&other, &tokens),
        refresh("", &tokens),
        refresh(&client, &access),
        refresh(&client, &junk),
        redeem(&other, &code),
        redeem(&client, "junk"),
        redeem(&client, tokens["refresh_token"].as_str().unwrap()),
        vec![],
    ] {
        assert_eq!(counted(&mut world, &post("/token", &form)), None, "{form:?}");
    }
    let mut plain = post("/token", &refresh(&client, &tokens));
    plain.headers_mut().remove("content-type");
    assert_eq!(counted(&mut world, &plain), None);
}

#[test]
fn what_is_over_or_tried_with_a_wrong_secret_does_not_use_up_what_its_owner_has() {
    let mut world = World::new();
    let client = world.public_client();
    let code = sign_in(&mut world, &client);
    let mut guess = redeem(&client, &code);
    for (name, value) in &mut guess {
        if *name == "code_verifier" {
            *value = "a-verifier-that-somebody-made-up-0123456789abcdef";
        }
    }
    assert_eq!(counted(&mut world, &post("/token", &guess)), None, "another verifier");
    let redeemed = post("/token", &redeem(&client, &code));
    let tokens = world.token_request(&redeemed).1;
    let access = tokens["access_token"].as_str().unwrap();
    let revoke = post("/revoke", &[("client_id", client.as_str()), ("token", access)]);
    let own = counted(&mut world, &post("/token", &refresh(&client, &tokens)));
    let mut guessed = refresh(&client, &tokens);
    guessed.push(("client_secret", "guessed"));
    let guessed = counted(&mut world, &post("/token", &guessed));
    assert!(guessed.is_some() && guessed != own, "a guess counts for itself");
    world.now += 3 * 3600;
    assert_eq!(counted(&mut world, &redeemed), None, "a code that is over");
    assert_eq!(counted(&mut world, &revoke), None, "an access token that is over");
}

#[test]
fn a_sign_in_counts_for_itself_while_it_lasts() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let begin = get("/authorize", &query(&client, &sha256(VERIFIER)));
    assert_eq!(counted(&mut world, &begin), None, "it belongs to nothing yet");
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let attempt = hidden(&page, "attempt");
    let form = browser.request(post("/authorize", &[("attempt", &attempt)]));
    assert_eq!(counted(&mut world, &form), Some((Route::Attempt, attempt.clone())));
    let foreign = post("/authorize", &[("attempt", &attempt)]);
    assert_eq!(counted(&mut world, &foreign), None, "another browser");
    let to_idp = browser.press(&mut world, &page, "approve");
    let state = parameters(&to_idp)["state"].clone();
    let back = browser.request(get("/callback", &[("state", &state), ("code", "x")]));
    assert_eq!(counted(&mut world, &back), Some((Route::Return, state.clone())));
    let foreign = get("/callback", &[("state", &state)]);
    assert_eq!(counted(&mut world, &foreign), None, "another browser");
    world.now += 601;
    for over in [form, back] {
        assert_eq!(counted(&mut world, &over), None, "{}", over.uri());
    }
}
