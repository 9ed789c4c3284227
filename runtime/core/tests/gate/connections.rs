//! The page of a person's own connections, and a flood of registrations that leaves nothing.

use std::collections::BTreeSet;

use http::header::{CONTENT_TYPE, COOKIE, ORIGIN as ORIGIN_HEADER, SET_COOKIE};
use http::{Request, StatusCode};
use serde_json::json;
use toolgate_core::oauth::callback::{Finished, Identified};
use toolgate_core::oauth::client::Client;
use toolgate_core::oauth::connections::{self, Chosen, ConnectionsStep};
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation};
use toolgate_core::oauth::person::Person;
use toolgate_core::reply::Reply;
use toolgate_core::seal::Keyring;

use crate::support::*;

const COOKIE_NAME: &str = "__Host-toolgate-person=";

fn page_request(query: &str, cookie: &str) -> Request<Vec<u8>> {
    let request = Request::get(format!("/connections{query}")).header(COOKIE, cookie);
    request.body(Vec::new()).unwrap()
}

fn form(cookie: &str, origin: &str, body: &str) -> Request<Vec<u8>> {
    Request::post("/connections")
        .header(COOKIE, cookie)
        .header(ORIGIN_HEADER, origin)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.as_bytes().to_vec())
        .unwrap()
}

/// Signs in for the page; answers the person's cookie.
pub fn cookie(world: &mut World) -> String {
    let ConnectionsStep::Reply(to_idp) =
        connections::open(&mut world.gate(), &page_request("", ""))
    else {
        panic!("nobody is signed in")
    };
    let login = set_cookie(&to_idp, "__Host-toolgate-login");
    let (name, value) = login.split_once('=').unwrap();
    let mut browser = Browser([(name.to_owned(), value.to_owned())].into());
    let upstream = parameters(&to_idp);
    let query = [("state", upstream["state"].as_str()), ("code", "upstream-code")];
    let (returned, _) = browser.callback(world, &query).expect("an exchange");
    let idp = Idp::new();
    let answer = token_answer(&idp.id_token(&claims(&upstream["nonce"])));
    let tokens = returned.tokens(&world.gate(), &answer).map_err(|refusal| refusal.1).unwrap();
    let id_token = tokens.id_token.as_ref().unwrap();
    let claims = signed(&idp.jwks(), id_token).unwrap();
    let caller = returned.verify(&world.gate(), claims).unwrap();
    let identified = Identified { caller, upstream: tokens.keep(world.now).map(Into::into) };
    let Finished::Reply(reply) = returned.finish(&mut world.gate(), identified) else {
        panic!("nothing is granted")
    };
    assert_eq!(location(&reply), format!("{ORIGIN}/connections"));
    set_cookie(&reply, COOKIE_NAME)
}

fn set_cookie(reply: &Reply, prefix: &str) -> String {
    let cookies = reply.headers().get_all(SET_COOKIE).iter().map(|one| one.to_str().unwrap());
    let found = cookies.filter(|one| one.starts_with(prefix)).map(|one| one.split(';').next());
    found.flatten().next().expect("the cookie").to_owned()
}

pub fn person(world: &mut World, cookie: &str) -> Person {
    let request = page_request("", cookie);
    Person::read(&world.gate(), request.headers()).expect("a person")
}

fn grants(world: &World, person: &Person) -> Vec<(GrantKey, Grant)> {
    let address =
        |id: &String| GrantKey { subject_key: person.subject_keys[0].clone(), id: id.clone() };
    world.grants.iter().map(|(id, grant)| (address(id), grant.clone())).collect()
}

#[test]
fn a_person_sees_live_grants_with_the_client_and_where_it_lives() {
    let mut world = World::new();
    let client = world.public_client();
    tokens(&mut world, &client);
    let revoked = tokens(&mut world, &client);
    let id = world.grants.iter().max_by_key(|(_, grant)| grant.used).unwrap().0.clone();
    world.grants.get_mut(&id).unwrap().revoked = true;
    assert!(revoked["access_token"].is_string());
    let cookie = cookie(&mut world);
    let person = person(&mut world, &cookie);
    assert_eq!(person.label, "employee1@mycompany.com");
    let grants = grants(&world, &person);
    let page =
        connections::show(&world.gate(), &page_request("?done=all", &cookie), &person, &grants, "");
    let text = text(&page).to_owned();
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(text.matches("value=\"revoke\"").count(), 1, "the revoked one is not listed");
    assert!(!text.contains(&id));
    assert!(text.contains("Test &lt;client&gt;") && text.contains("client.example"), "{text}");
    assert!(text.contains("All connections were revoked."));
    let other = connections::show(
        &world.gate(),
        &page_request("?done=%3Cb%3E", &cookie),
        &person,
        &grants,
        "",
    );
    let other = String::from_utf8_lossy(other.body()).into_owned();
    assert!(!other.contains("role=\"status\""), "only our own notices are shown");
}

#[test]
fn a_grant_sealed_by_a_lost_key_can_still_be_revoked() {
    let mut world = World::new();
    let client = world.public_client();
    tokens(&mut world, &client);
    let cookie = cookie(&mut world);
    let person = person(&mut world, &cookie);
    let mut grants = grants(&world, &person);
    grants[0].1.sealed = "unreadable".to_owned();
    let page = connections::show(&world.gate(), &page_request("", &cookie), &person, &grants, "");
    assert!(text(&page).contains("Unknown application"));
    assert!(text(&page).contains(&grants[0].0.id));
}

#[test]
fn a_form_needs_our_origin_the_csrf_token_and_the_cookie() {
    let mut world = World::new();
    let cookie = cookie(&mut world);
    let csrf = person(&mut world, &cookie).csrf;
    let all = format!("csrf={csrf}&action=revoke-all");
    let refused = |world: &mut World, request: &Request<Vec<u8>>| match connections::decide(
        &world.gate(),
        request,
    ) {
        ConnectionsStep::Reply(reply) => reply.status().as_u16(),
        other => panic!("{other:?}"),
    };
    for (request, status) in [
        (form(&cookie, "https://evil.example", &all), 400),
        (form(&cookie, "null", &all), 400),
        (form(&cookie, ORIGIN, "action=revoke-all"), 400),
        (form(&cookie, ORIGIN, "csrf=guess&action=revoke-all"), 400),
        (form(&cookie, ORIGIN, &format!("csrf={csrf}")), 400),
        (form(&cookie, ORIGIN, &format!("csrf={csrf}&action=drop")), 400),
        (form(&cookie, ORIGIN, &format!("csrf={csrf}&action=revoke")), 400),
        (form(&cookie, ORIGIN, &format!("{all}&action=sign-out")), 400),
        // Whoever's sign-in is over signs in again.
        (form("", ORIGIN, &all), 303),
        (form(&format!("{COOKIE_NAME}junk"), ORIGIN, &all), 303),
    ] {
        assert_eq!(refused(&mut world, &request), status, "{request:?}");
    }
    let begun = connections::decide(&world.gate(), &form(&cookie, ORIGIN, &all));
    assert!(matches!(begun, ConnectionsStep::Revoke(_, Chosen::All)), "{begun:?}");
    world.now += 901;
    assert_eq!(refused(&mut world, &form(&cookie, ORIGIN, &all)), 303, "a sign-in is short");
}

#[test]
fn an_id_is_looked_up_among_the_persons_own_grants_only() {
    let mut world = World::new();
    let client = world.public_client();
    tokens(&mut world, &client);
    tokens(&mut world, &client);
    let cookie = cookie(&mut world);
    let person = person(&mut world, &cookie);
    let own = grants(&world, &person);
    let now = world.now;
    let one = Chosen::One(own[1].0.id.clone());
    let chosen = connections::choose(&one, now, own.clone());
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0].0, own[1].0);
    let foreign = Chosen::One("id-of-somebody-else".to_owned());
    assert!(connections::choose(&foreign, now, own.clone()).is_empty());
    assert_eq!(connections::choose(&Chosen::All, now, own.clone()).len(), 2);
    let answer = connections::revoked(&world.gate(), &foreign, 0);
    assert_eq!(
        (answer.status().as_u16(), location(&answer)),
        (303, format!("{ORIGIN}/connections?done=none").as_str())
    );
    for (address, _) in connections::choose(&Chosen::All, now, own.clone()) {
        assert_eq!(world.store(&address, Operation::Revoke { client: None }), GrantOutcome::Done);
    }
    assert!(connections::choose(&Chosen::All, now, grants(&world, &person)).is_empty());
}

#[test]
fn signing_out_clears_the_cookie() {
    let mut world = World::new();
    let cookie = cookie(&mut world);
    let csrf = person(&mut world, &cookie).csrf;
    let request = form(&cookie, ORIGIN, &format!("csrf={csrf}&action=sign-out"));
    let ConnectionsStep::Reply(reply) = connections::decide(&world.gate(), &request) else {
        panic!()
    };
    assert_eq!(location(&reply), format!("{ORIGIN}/"));
    assert_eq!(set_cookie(&reply, COOKIE_NAME), COOKIE_NAME, "an empty value");
}

#[test]
fn grants_made_under_an_older_key_are_the_persons_own_too() {
    let mut world = World::new();
    let old = cookie(&mut world);
    let old = person(&mut world, &old).subject_keys[0].clone();
    world.keys = Keyring::parse(&format!("{}, {KEY}", KEY.replace('0', "f"))).unwrap();
    let cookie = cookie(&mut world);
    let subject_keys = person(&mut world, &cookie).subject_keys;
    assert_eq!(subject_keys.len(), 2);
    assert_ne!(subject_keys[0], old);
    assert_eq!(subject_keys[1], old);
}

/// Registering returns a reply and asks for no storage; whatever the server then knows of a client
/// is in its `client_id`. In threads, since sealing is slow without optimisation.
#[test]
fn a_hundred_thousand_registrations_store_nothing() {
    const THREADS: usize = 4;
    const EACH: usize = 25_000;
    let flood = || {
        let mut world = World::new();
        let metadata = json!({ "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none" });
        let mut ids = BTreeSet::new();
        for _ in 0..EACH {
            let (status, client) = world.register(&metadata);
            assert_eq!(status, 201);
            ids.insert(client["client_id"].as_str().unwrap().to_owned());
        }
        assert_eq!(ids.len(), EACH, "each is a client of its own");
        assert!(world.grants.is_empty());
        let elsewhere = World::new();
        for id in ids.iter().step_by(EACH / 10) {
            let client = Client::from_id(&elsewhere.keys, id).expect("known to who has the key");
            assert_eq!(client.registration.redirect_uris, [REDIRECT]);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(flood);
        }
    });
}
