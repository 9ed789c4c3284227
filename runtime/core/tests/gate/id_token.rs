//! Every rule an id_token must keep.

use serde_json::{Value, json};
use toolgate_core::upstream::id_token::{Rejection, verify};
use toolgate_core::upstream::jwks::Jwks;
use toolgate_policy::Caller;

use crate::support::*;

fn check(token: &str, keys: &Jwks) -> Result<Caller, Rejection> {
    let world = World::new();
    verify(&world.config, &world.provider, signed(keys, token)?, "n", NOW)
}

fn with(name: &str, value: Value) -> Result<Caller, Rejection> {
    let idp = Idp::new();
    let mut claims = claims("n");
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    check(&idp.id_token(&claims), &idp.jwks())
}

#[test]
fn a_good_token_tells_who_signed_in() {
    let caller = with("sub", json!("user-1")).unwrap();
    assert_eq!(caller.subject, "user-1");
    assert_eq!(caller.email.as_deref(), Some("employee1@mycompany.com"));
    assert_eq!(caller.groups, ["design"]);
    assert_eq!(caller.claims, *json!({ "department": "R&D" }).as_object().unwrap());
}

#[test]
fn wrong_claims_are_rejected_by_name() {
    for (name, value, rejection) in [
        ("iss", json!("https://evil.example"), Rejection::Claim("iss")),
        ("iss", json!([ISSUER]), Rejection::Claim("iss")),
        ("iss", Value::Null, Rejection::Claim("iss")),
        ("aud", json!("other"), Rejection::Claim("aud")),
        ("aud", json!([]), Rejection::Claim("aud")),
        ("aud", Value::Null, Rejection::Claim("aud")),
        ("aud", json!(["app", "other"]), Rejection::Claim("azp")),
        ("azp", json!("other"), Rejection::Claim("azp")),
        ("nonce", json!("other"), Rejection::Claim("nonce")),
        ("nonce", Value::Null, Rejection::Claim("nonce")),
        ("sub", Value::Null, Rejection::Claim("sub")),
        ("sub", json!(""), Rejection::Claim("sub")),
        ("exp", Value::Null, Rejection::Claim("exp")),
        ("exp", json!("tomorrow"), Rejection::Claim("exp")),
        ("exp", json!(NOW - 60), Rejection::Expired),
        ("iat", Value::Null, Rejection::Claim("iat")),
        ("iat", json!(NOW + 61), Rejection::NotYetValid),
        ("nbf", json!(NOW + 61), Rejection::NotYetValid),
        ("groups", json!(vec!["g"; 201]), Rejection::TooLarge("groups".to_owned())),
        ("department", json!("x".repeat(5000)), Rejection::TooLarge("department".to_owned())),
    ] {
        assert_eq!(with(name, value.clone()), Err(rejection), "{name} = {value}");
    }
}

#[test]
fn an_optional_claim_that_is_null_is_absent() {
    let idp = Idp::new();
    let mut claims = claims("n");
    (claims["azp"], claims["nbf"]) = (Value::Null, Value::Null);
    let read = |claims: &Value| check(&idp.id_token(claims), &idp.jwks());
    assert!(read(&claims).is_ok());
    claims["aud"] = json!(["app", "other"]);
    assert_eq!(read(&claims), Err(Rejection::Claim("azp")), "among several it is required");
}

#[test]
fn the_leeway_covers_small_clock_differences() {
    assert!(with("exp", json!(NOW - 59)).is_ok());
    assert!(with("iat", json!(NOW + 60)).is_ok());
    assert!(with("nbf", json!(NOW + 60)).is_ok());
}

#[test]
fn several_audiences_need_us_as_authorized_party() {
    let idp = Idp::new();
    let mut claims = claims("n");
    claims["aud"] = json!(["app", "other"]);
    claims["azp"] = json!("app");
    assert!(check(&idp.id_token(&claims), &idp.jwks()).is_ok());
}

#[test]
fn an_unverified_address_is_marked() {
    assert!(with("email_verified", json!(false)).unwrap().email.is_none());
    assert!(with("email_verified", json!("false")).unwrap().email.is_none());
    assert!(with("email_verified", json!(true)).unwrap().email.is_some());
}

#[test]
fn only_listed_algorithms_are_accepted_whatever_the_header_says() {
    let idp = Idp::new();
    for alg in ["none", "None", "HS256", "ES512", "PS512", "ES256K", "x"] {
        let token = idp.sign(&json!({ "alg": alg, "kid": "k1" }), &claims("n"));
        assert_eq!(check(&token, &idp.jwks()), Err(Rejection::Algorithm), "{alg}");
    }
    for alg in ["RS256", "PS256", "ES384", "EdDSA"] {
        let other = idp.sign(&json!({ "alg": alg, "kid": "k1" }), &claims("n"));
        assert_eq!(check(&other, &idp.jwks()), Err(Rejection::UnknownKey), "no key of that kind");
    }
}

#[test]
fn a_kid_names_one_key_and_may_be_left_out_when_one_fits() {
    let idp = Idp::new();
    let nameless = idp.sign(&json!({ "alg": "ES256" }), &claims("n"));
    assert!(check(&nameless, &idp.jwks()).is_ok(), "OpenID Connect Core section 10.1");
    let unknown = idp.sign(&json!({ "alg": "ES256", "kid": "k2" }), &claims("n"));
    assert_eq!(check(&unknown, &idp.jwks()), Err(Rejection::UnknownKey));
    let not_text = idp.sign(&json!({ "alg": "ES256", "kid": 1 }), &claims("n"));
    assert_eq!(check(&not_text, &idp.jwks()), Err(Rejection::Malformed));
}

#[test]
fn a_key_that_is_listed_twice_is_one_and_two_of_one_kid_are_ambiguous() {
    let idp = Idp::new();
    let set =
        |keys: Value| Jwks::parse(json!({ "keys": keys }).to_string().as_bytes(), NOW).unwrap();
    let token = idp.id_token(&claims("n"));
    assert!(check(&token, &set(json!([idp.jwk("k1"), idp.jwk("k1")]))).is_ok());
    let nameless = idp.sign(&json!({ "alg": "ES256" }), &claims("n"));
    let mut stranger = idp.jwk("k1");
    stranger["x"] = idp.jwk("k1")["y"].clone();
    let both = set(json!([idp.jwk("k1"), stranger]));
    for token in [&token, &nameless] {
        assert_eq!(check(token, &both), Err(Rejection::AmbiguousKey));
    }
}

#[test]
fn members_of_a_key_that_are_null_are_absent() {
    let idp = Idp::new();
    let mut jwk = idp.jwk("k1");
    for name in ["use", "key_ops", "alg", "x5c"] {
        jwk[name] = Value::Null;
    }
    let keys = Jwks::parse(json!({ "keys": [jwk] }).to_string().as_bytes(), NOW).unwrap();
    assert!(check(&idp.id_token(&claims("n")), &keys).is_ok());
}

#[test]
fn a_key_for_encryption_or_another_algorithm_does_not_verify() {
    let idp = Idp::new();
    for (name, value) in
        [("use", json!("enc")), ("alg", json!("ES384")), ("key_ops", json!(["encrypt"]))]
    {
        let mut jwk = idp.jwk("k1");
        jwk[name] = value;
        let keys = Jwks::parse(json!({ "keys": [jwk] }).to_string().as_bytes(), NOW).unwrap();
        assert_eq!(check(&idp.id_token(&claims("n")), &keys), Err(Rejection::UnknownKey), "{name}");
    }
}

#[test]
fn keys_of_unknown_kinds_do_not_spoil_the_set() {
    let idp = Idp::new();
    let keys = json!({ "keys": [{ "kty": "XYZ" }, 7, idp.jwk("k1")] }).to_string();
    let keys = Jwks::parse(keys.as_bytes(), NOW).unwrap();
    assert!(check(&idp.id_token(&claims("n")), &keys).is_ok());
}

#[test]
fn a_changed_token_is_rejected() {
    let idp = Idp::new();
    let token = idp.id_token(&claims("n"));
    let parts: Vec<&str> = token.split('.').collect();
    let mut other = claims("n");
    other["email"] = json!("boss@mycompany.com");
    let payload = idp.id_token(&other);
    let payload = payload.split('.').nth(1).unwrap();
    for (changed, rejection) in [
        (format!("{}.{payload}.{}", parts[0], parts[2]), Rejection::Signature),
        (format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)), Rejection::Signature),
        (format!("{}.{}.", parts[0], parts[1]), Rejection::Signature),
        (format!("{}.{}", parts[0], parts[1]), Rejection::Malformed),
        (String::new(), Rejection::Malformed),
        ("a.b.c".to_owned(), Rejection::Malformed),
    ] {
        assert_eq!(check(&changed, &idp.jwks()), Err(rejection), "{changed}");
    }
}
