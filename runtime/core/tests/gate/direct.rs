//! Tokens without a sign-in: the checks between a client and its token, with fixed time and keys.

use http::StatusCode;
use serde_json::{Value, json};
use toolgate_config::{Enterprise, KnownClient};
use toolgate_core::oauth::callback::{GrantSubject, subject_key};
use toolgate_core::oauth::client::AuthMethod;
use toolgate_core::oauth::connections::{self, ConnectionsStep};
use toolgate_core::oauth::credentials::Authenticated;
use toolgate_core::oauth::direct::{Issued, Refusal, id_jag};
use toolgate_core::oauth::grant::{GrantOutcome, Operation};
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::seal::{Purpose, sha256};
use toolgate_core::upstream::host;

use crate::support::*;

const PARTNER: &str = "https://partner.example";

/// A server with two issuers, of which the first signs people in.
fn company() -> World {
    let mut world = World::new();
    world.config.clients = vec![
        KnownClient {
            id: "agent".into(),
            name: "Agent".into(),
            secret: Some("AGENT".into()),
            ..KnownClient::default()
        },
        KnownClient {
            id: "desktop".into(),
            name: "Desktop".into(),
            redirect_uris: vec![REDIRECT.into()].into(),
            ..KnownClient::default()
        },
    ]
    .into();
    let issuer = |issuer: &str| Enterprise {
        issuer: issuer.to_owned().into(),
        clients: vec!["agent".into()].into(),
        algorithms: vec!["ES256".into()].into(),
        token_ttl: 600,
        ..Enterprise::default()
    };
    world.config.enterprise = vec![issuer(ISSUER), issuer(PARTNER)].into();
    let reserved = ["client:", "workload:", "https://partner.example|"];
    world.config.reserved_subjects = reserved.into_iter().map(Into::into).collect();
    world
}

fn agent() -> Authenticated {
    let mut key = sha256("agent");
    key.truncate(22);
    Authenticated { key, method: AuthMethod::Basic }
}

fn good(issuer: &str) -> Value {
    json!({
        "iss": issuer, "sub": "user-1", "aud": ORIGIN, "client_id": "agent", "jti": "one",
        "iat": NOW, "exp": NOW + 300,
    })
}

fn id_jag(claims: &Value) -> String {
    Idp::new().sign(&json!({ "alg": "ES256", "kid": "k1", "typ": "oauth-id-jag+jwt" }), claims)
}

/// What the adapter does with an assertion.
fn redeem(world: &mut World, assertion: &str, form: &[(&str, &str)]) -> Result<Issued, Refusal> {
    let (client, vars) = (agent(), world.variables.clone());
    let params = Params::form(&post("/token", form)).unwrap();
    let mut oauth = world.gate();
    id_jag::admit(oauth.config, &client)?;
    let issuer = id_jag::issuer(&oauth, &client, assertion)?;
    let keys = Idp::new().jwks();
    let claims = host::conclude(id_jag::prepare(issuer, &keys, assertion)?)?;
    let accepted = id_jag::verify(&oauth, &vars, (issuer, &client), &params, claims)?;
    Ok(accepted.direct.issue(&mut oauth))
}

fn opened(world: &World, issued: &Issued) -> AccessToken {
    let token = body(&issued.reply)["access_token"].as_str().unwrap().to_owned();
    world.keys.open(Purpose::AccessToken, ORIGIN, &token).unwrap()
}

#[test]
fn a_person_has_one_key_whether_an_id_jag_or_a_sign_in_names_them() {
    let mut world = company();
    let own = redeem(&mut world, &id_jag(&good(ISSUER)), &[]).unwrap();
    let key = subject_key(&world.keys, &world.provider, "user-1");
    assert_eq!(own.address.subject_key, key);
    assert_eq!(opened(&world, &own).caller.subject, "user-1");
    let other = redeem(&mut world, &id_jag(&good(PARTNER)), &[]).unwrap();
    assert_ne!(other.address.subject_key, key);
    assert_eq!(opened(&world, &other).caller.subject, format!("{PARTNER}|user-1"));
}

#[test]
fn the_record_of_a_token_stands_until_it_expires_and_holds_what_the_token_does() {
    let mut world = company();
    let claims = good(ISSUER);
    let issued = redeem(&mut world, &id_jag(&claims), &[]).unwrap();
    assert!(body(&issued.reply).get("refresh_token").is_none());
    let token = opened(&world, &issued);
    let (address, grant) = (issued.address.clone(), issued.grant);
    assert_eq!((grant.expires, token.expires), (NOW + 600, NOW + 600));
    let holder = GrantSubject::open(&world.keys, &address.id, &grant.sealed).unwrap();
    assert_eq!((holder.caller, holder.resource), (token.caller, token.resource));
    world.store(&address, Operation::Create(grant));
    assert!(matches!(world.store(&address, Operation::Check), GrantOutcome::Active { .. }));
    world.now += 600;
    assert_eq!(world.store(&address, Operation::Check), GrantOutcome::Gone);
}

#[test]
fn the_first_check_that_fails_is_the_one_that_is_told() {
    let mut world = company();
    // Each is wrong in everything that comes later, too.
    let mut claims = good(ISSUER);
    let faults: [(&str, Value, Refusal); 4] = [
        ("exp", json!(1), Refusal::Assertion("exp")),
        ("client_id", json!("other"), Refusal::Assertion("client_id")),
        ("aud", json!("https://other.example"), Refusal::Assertion("aud")),
        ("sub", Value::Null, Refusal::Assertion("sub")),
    ];
    for (name, value, expected) in faults {
        claims[name] = value;
        assert_eq!(redeem(&mut world, &id_jag(&claims), &[]).unwrap_err(), expected);
    }
    claims["iss"] = json!("https://unknown.example");
    let refusal = redeem(&mut world, &id_jag(&claims), &[]).unwrap_err();
    assert_eq!(refusal, Refusal::Assertion("iss"));
    let typ = Idp::new().id_token(&claims);
    assert_eq!(redeem(&mut world, &typ, &[]).unwrap_err(), Refusal::Assertion("typ"));
}

#[test]
fn an_assertion_is_known_by_its_issuer_and_id_in_the_hour_of_its_end() {
    let mut world = company();
    let (client, vars) = (agent(), world.variables.clone());
    let mut used = |claims: &Value| {
        let (keys, assertion) = (Idp::new().jwks(), id_jag(claims));
        let oauth = world.gate();
        let issuer = id_jag::issuer(&oauth, &client, &assertion).unwrap();
        let claims = host::conclude(id_jag::prepare(issuer, &keys, &assertion).unwrap()).unwrap();
        let params = Params::default();
        id_jag::verify(&oauth, &vars, (issuer, &client), &params, claims).unwrap().used
    };
    let one = used(&good(ISSUER));
    assert_eq!(one.object, format!("jag:{ISSUER}:{}", (NOW + 300) / 3600));
    assert!(one.until > NOW + 300, "clocks differ");
    let mut again = good(ISSUER);
    again["sub"] = json!("somebody-else");
    assert_eq!(used(&again), one);
    assert_ne!(used(&good(PARTNER)).id, one.id);
    again["jti"] = json!("two");
    assert_ne!(used(&again).id, one.id);
}

#[test]
fn where_an_issuer_requires_it_clients_are_told_so_and_own_pages_stay() {
    let mut world = company();
    let challenge = sha256(VERIFIER);
    let id = world.public_client();
    let page = Browser::default().authorize(&mut world, &query("desktop", &challenge));
    assert_eq!(page.status(), StatusCode::OK);
    let mut issuers = world.config.enterprise.to_vec();
    issuers[1].require = true;
    world.config.enterprise = issuers.into();
    let reply = Browser::default().authorize(&mut world, &query("desktop", &challenge));
    let location = reply.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with(REDIRECT) && location.contains("error=access_denied"),
        "{location}"
    );
    // Of a client that anybody can register, the person decides whether to go there.
    let reply = Browser::default().authorize(&mut world, &query(&id, &challenge));
    assert!(text(&reply).contains("access_denied"));
    let request = get("/connections", &[]);
    let ConnectionsStep::Reply(reply) = connections::open(&mut world.gate(), &request) else {
        panic!("nobody is signed in")
    };
    assert!(reply.headers()["location"].to_str().unwrap().starts_with(ISSUER));
}

#[test]
fn a_subject_of_a_machine_or_of_another_issuer_signs_nobody_in() {
    let mut world = company();
    for subject in ["client:agent", "workload:deploy", &format!("{PARTNER}|user-1")] {
        let mut claims = good(ISSUER);
        claims["sub"] = json!(subject);
        let refusal = redeem(&mut world, &id_jag(&claims), &[]).unwrap_err();
        assert_eq!(refusal, Refusal::Assertion("sub"), "{subject}");
    }
}
