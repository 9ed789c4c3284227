//! Cloudflare Access in front of the Worker: every rule of its assertion.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::sha2::{Digest, Sha256};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use toolgate_config::{Config, Endpoints as Configured, Provider as Kind};
use toolgate_core::oauth::callback;
use toolgate_core::seal::encode;
use toolgate_core::upstream::id_token::Rejection;
use toolgate_core::upstream::jwks::Jwks;
use toolgate_core::upstream::provider::Provider;
use toolgate_core::upstream::{assertion, host};
use toolgate_policy::Caller;

use crate::support::*;

const TEAM: &str = "https://acme.cloudflareaccess.com";

/// Numbers that are the same in every run; only for keys that guard nothing.
struct Steady(u64);

impl RngCore for Steady {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let bytes = self.next_u64().to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(buffer);
        Ok(())
    }
}

impl CryptoRng for Steady {}

static KEY: LazyLock<RsaPrivateKey> =
    LazyLock::new(|| RsaPrivateKey::new(&mut Steady(1), 2048).unwrap());

fn certs() -> Jwks {
    let part = |number: &rsa::BigUint| encode(&number.to_bytes_be());
    let key = json!({
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": "a1",
        "n": part(KEY.n()), "e": part(KEY.e()),
    });
    Jwks::parse(json!({ "keys": [key] }).to_string().as_bytes(), NOW).unwrap()
}

fn sign(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = KEY.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&message)).unwrap();
    format!("{message}.{}", encode(&signature))
}

fn in_front() -> (Config, Provider) {
    let mut config = config();
    config.identity.provider = Kind::CloudflareAccessJwt;
    config.identity.client_id = toolgate_config::Setting::Literal("aud-tag".into());
    config.identity.client_secret = None;
    config.identity.endpoints = Configured::Team("acme".into());
    let provider = assertion::resolve(&config, &Variables::default(), ORIGIN).unwrap();
    (config, provider)
}

fn verify(token: &str) -> Result<Caller, Rejection> {
    let (config, provider) = in_front();
    let certs = certs();
    let claims = host::conclude(assertion::prepare(&certs, token)?)?;
    assertion::verify(&config, &provider, claims, NOW)
}

/// A good assertion with these changes; `null` removes a claim.
fn with(changes: &Value) -> Result<Caller, Rejection> {
    let mut claims = json!({
        "aud": ["aud-tag"], "email": "employee1@mycompany.com", "exp": NOW + 60, "iat": NOW,
        "nbf": NOW, "iss": TEAM, "type": "app", "identity_nonce": "6ei69kawdKzMIAPF",
        "sub": "7335d417-61da-459d-899c-0a01c76a2f94", "country": "DE",
        "custom": { "groups": ["design"], "level": 3, "email": "boss@mycompany.com" },
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    verify(&sign(&json!({ "alg": "RS256", "kid": "a1", "typ": "JWT" }), &claims))
}

#[test]
fn an_assertion_tells_who_is_calling() {
    let caller = with(&json!({})).unwrap();
    assert_eq!(caller.subject, "7335d417-61da-459d-899c-0a01c76a2f94");
    assert_eq!(caller.email.as_deref(), Some("employee1@mycompany.com"));
    assert_eq!(caller.groups, ["design"]);
    assert_eq!(caller.claims, *json!({ "country": "DE", "level": 3 }).as_object().unwrap());
    assert_eq!((caller.scopes, &*caller.client_id), (vec!["mcp".to_owned()], "cloudflare-access"));
}

#[test]
fn a_broken_rule_is_named() {
    for (changes, rejection) in [
        (json!({ "aud": ["other"] }), Rejection::Claim("aud")),
        (json!({ "aud": null }), Rejection::Claim("aud")),
        (json!({ "iss": "https://evil.cloudflareaccess.com" }), Rejection::Claim("iss")),
        (json!({ "iss": [TEAM] }), Rejection::Claim("iss")),
        (json!({ "exp": NOW - 61 }), Rejection::Expired),
        (json!({ "exp": null }), Rejection::Claim("exp")),
        (json!({ "iat": NOW + 61 }), Rejection::NotYetValid),
        (json!({ "nbf": NOW + 61 }), Rejection::NotYetValid),
        (json!({ "type": "org" }), Rejection::Claim("type")),
        (json!({ "sub": "" }), Rejection::Claim("sub")),
        (json!({ "sub": null }), Rejection::Claim("sub")),
        (json!({ "sub": "service:x" }), Rejection::Claim("sub")),
    ] {
        assert_eq!(with(&changes), Err(rejection), "{changes}");
    }
}

#[test]
fn only_rs256_and_a_known_key_are_accepted() {
    let claims =
        json!({ "aud": ["aud-tag"], "iss": TEAM, "exp": NOW + 60, "iat": NOW, "sub": "u" });
    for alg in ["ES256", "HS256", "none", "RS384"] {
        let token = sign(&json!({ "alg": alg, "kid": "a1" }), &claims);
        assert_eq!(verify(&token), Err(Rejection::Algorithm), "{alg}");
    }
    let unknown = sign(&json!({ "alg": "RS256", "kid": "a2" }), &claims);
    assert_eq!(verify(&unknown), Err(Rejection::UnknownKey));
    let good = sign(&json!({ "alg": "RS256", "kid": "a1" }), &claims);
    assert!(verify(&good).is_ok());
    let forged = format!("{}{}", &good[..good.len() - 4], "AAAA");
    assert_eq!(verify(&forged), Err(Rejection::Signature));
}

#[test]
fn a_service_token_is_a_caller_of_its_own_and_never_a_person() {
    let service = json!({ "sub": "", "common_name": "bot.access", "email": "boss@mycompany.com" });
    let caller = with(&service).unwrap();
    assert_eq!(caller.subject, "service:bot.access");
    assert_eq!((caller.email, caller.claimed_email), (None, None));
    assert_eq!(caller.claims["common_name"], "bot.access");
    let absent = json!({ "sub": null, "common_name": "bot.access", "email": null });
    assert_eq!(with(&absent).unwrap().subject, "service:bot.access");
}

#[test]
fn sessions_of_two_callers_are_apart() {
    let (_, provider) = in_front();
    let keys = World::new().keys;
    let subject_key = |subject| callback::subject_key(&keys, &provider, subject);
    assert_ne!(subject_key("service:a"), subject_key("service:b"));
    assert_eq!(subject_key("service:a"), subject_key("service:a"));
}

#[test]
fn the_assertion_is_one_header_and_nothing_else() {
    let mut headers = HeaderMap::new();
    headers.insert("cf-access-authenticated-user-email", HeaderValue::from_static("a@b.c"));
    assert!(!assertion::is_present(&headers) && assertion::of(&headers).is_none());
    headers.append("cf-access-jwt-assertion", HeaderValue::from_static("x.y.z"));
    assert_eq!(assertion::of(&headers), Some("x.y.z"));
    headers.append("cf-access-jwt-assertion", HeaderValue::from_static("q.r.s"));
    assert!(assertion::of(&headers).is_none() && assertion::is_present(&headers), "which one?");
}

#[test]
fn another_site_cannot_use_the_persons_session_at_access() {
    let site = |value: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static(value));
        assertion::is_cross_site(&headers)
    };
    assert!(site("cross-site") && site("same-site"));
    assert!(!site("same-origin") && !site("none") && !assertion::is_cross_site(&HeaderMap::new()));
}

#[test]
fn a_sign_in_goes_to_our_own_address_where_access_stands() {
    let (config, provider) = in_front();
    let mut world = World::new();
    (world.config, world.provider) = (config, provider);
    let client = world.public_client();
    let mut browser = Browser::default();
    let challenge = toolgate_core::seal::sha256(VERIFIER);
    let page = browser.authorize(&mut world, &query(&client, &challenge));
    let reply = browser.press(&mut world, &page, "approve");
    assert!(location(&reply).starts_with(&format!("{ORIGIN}/callback?state=")));
    assert_eq!(parameters(&reply).len(), 1, "nothing but the state");
}
