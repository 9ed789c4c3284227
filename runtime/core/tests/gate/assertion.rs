//! `private_key_jwt`: documented clients that prove themselves by their own key.

use http::StatusCode;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::revoke;
use toolgate_core::seal::encode;

use crate::document::{ID, good, with};
use crate::support::*;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn key() -> SigningKey {
    SigningKey::from_slice(&[9; 32]).unwrap()
}

fn jwk(kid: Option<&str>) -> Value {
    let point = key().verifying_key().to_encoded_point(false);
    let mut jwk = json!({
        "kty": "EC", "crv": "P-256", "x": encode(point.x().unwrap()), "y": encode(point.y().unwrap()),
    });
    if let Some(kid) = kid {
        jwk["kid"] = json!(kid);
    }
    jwk
}

fn sign(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let signature: Signature = key.sign(message.as_bytes());
    format!("{message}.{}", encode(&signature.to_bytes()))
}

fn assertion_claims() -> Value {
    json!({
        "iss": ID, "sub": ID, "aud": ORIGIN, "jti": "one", "iat": NOW, "exp": NOW + 300,
    })
}

fn assertion(claims: &Value) -> String {
    sign(&key(), &json!({ "alg": "ES256", "kid": "k1" }), claims)
}

/// A world with a client that declares `private_key_jwt`.
fn confidential() -> World {
    let mut world = World::new();
    world.publish(
        ID,
        &with(&json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [jwk(Some("k1"))] },
        })),
    );
    world
}

fn redeem_with(world: &mut World, code: &str, jwt: &str) -> (u16, Value) {
    let mut form = redeem(ID, code);
    form.extend([("client_assertion_type", ASSERTION), ("client_assertion", jwt)]);
    world.token(&form)
}

#[test]
fn a_client_proves_itself_by_an_assertion_of_its_own_key() {
    let mut world = confidential();
    let code = sign_in(&mut world, ID);
    let (status, body) = redeem_with(&mut world, &code, &assertion(&assertion_claims()));
    assert_eq!(status, 200, "{body}");
    let refresh = body["refresh_token"].as_str().unwrap();
    let mut claims = assertion_claims();
    claims["aud"] = json!([format!("{ORIGIN}/token")]);
    let jwt = assertion(&claims);
    // The id of the client may be left to the assertion (RFC 7521 section 4.2).
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", &jwt),
    ];
    let (status, body) = world.token(&form);
    assert_eq!(status, 200, "{body}");
}

#[test]
fn a_key_without_an_id_and_keys_elsewhere_serve_as_well() {
    let mut world = World::new();
    let keys_url = "https://keys.client.example/jwks.json";
    world.publish(keys_url, &json!({ "keys": [Idp::new().jwk("other"), jwk(None)] }));
    world.publish(
        ID,
        &with(&json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": keys_url,
        })),
    );
    let code = sign_in(&mut world, ID);
    let jwt = sign(&key(), &json!({ "alg": "ES256" }), &assertion_claims());
    let (status, body) = redeem_with(&mut world, &code, &jwt);
    assert_eq!(status, 200, "{body}");
}

#[test]
fn a_client_with_a_key_is_refused_without_its_assertion() {
    let mut world = confidential();
    let code = sign_in(&mut world, ID);
    let (status, body) = world.token(&redeem(ID, &code));
    assert_eq!((status, body["error"].as_str()), (401, Some("invalid_client")));
    // Nor does it help that the document promises less by now.
    world.publish(ID, &good());
    assert_eq!(world.token(&redeem(ID, &code)).0, 401);
    world.publish(
        ID,
        &with(&json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [jwk(Some("k1"))] },
        })),
    );
    let (status, body) = redeem_with(&mut world, &code, &assertion(&assertion_claims()));
    assert_eq!(status, 200, "{body}");
    let refresh = body["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", ID), ("refresh_token", refresh)];
    let (status, body) = world.token(&form);
    assert_eq!((status, body["error"].as_str()), (401, Some("invalid_client")));
}

#[test]
fn a_token_of_a_client_with_a_key_is_revoked_only_with_its_assertion() {
    let mut world = confidential();
    let code = sign_in(&mut world, ID);
    let (_, body) = redeem_with(&mut world, &code, &assertion(&assertion_claims()));
    for name in ["access_token", "refresh_token"] {
        let form = [("client_id", ID), ("token", body[name].as_str().unwrap())];
        let request = post("/revoke", &form);
        let params = Params::form(&request).unwrap();
        let client = world.client_of(&request, &params).unwrap();
        let revoke::RevocationStep::Reply(reply) = revoke::begin(&world.gate(), &params, &client)
        else {
            panic!("{name} was revoked by somebody without the key");
        };
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    }
}

/// Assertions with a fault in their header or signature.
fn forged_signatures() -> Vec<(&'static str, String)> {
    let claims = assertion_claims();
    let good = assertion(&claims);
    let (head, _) = good.rsplit_once('.').unwrap();
    let stranger = SigningKey::from_slice(&[7; 32]).unwrap();
    let by = |key: &SigningKey, header: Value| sign(key, &header, &claims);
    vec![
        ("not a JWT", "x".to_owned()),
        ("no signature", format!("{head}.")),
        ("another signature", format!("{head}.{}", encode(&[1; 64]))),
        ("alg none", by(&key(), json!({ "alg": "none" }))),
        ("alg HS256 with the public key", by(&key(), json!({ "alg": "HS256" }))),
        ("alg RS256", by(&key(), json!({ "alg": "RS256", "kid": "k1" }))),
        ("unknown kid", by(&key(), json!({ "alg": "ES256", "kid": "k2" }))),
        ("another key", by(&stranger, json!({ "alg": "ES256", "kid": "k1" }))),
        (
            "a key of its own in the header",
            by(&stranger, json!({ "alg": "ES256", "jwk": Idp::new().jwk("x") })),
        ),
        (
            "a critical extension",
            by(&key(), json!({ "alg": "ES256", "kid": "k1", "crit": ["x"], "x": 1 })),
        ),
    ]
}

/// Well-signed assertions that say something else than they must.
fn forged_claims() -> Vec<(&'static str, String)> {
    let mut forged: Vec<_> = [
        ("iss", json!("https://other.example/x")),
        ("sub", json!("https://other.example/x")),
        ("aud", json!("https://other.example")),
        ("aud", json!([ORIGIN, "https://other.example"])),
        ("aud", json!(format!("{ORIGIN}/"))),
        ("exp", json!(NOW - 61)),
        ("exp", json!(NOW + 3600)),
        ("exp", json!("9999999999")),
        ("iat", json!(NOW + 86_400)),
        ("iat", json!(NOW - 86_400)),
        ("nbf", json!(NOW + 3600)),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("pad", json!("x".repeat(5000))),
    ]
    .into_iter()
    .map(|(name, value)| {
        let mut claims = assertion_claims();
        claims[name] = value;
        (name, assertion(&claims))
    })
    .collect();
    for missing in ["iss", "sub", "aud", "exp", "iat", "jti"] {
        let mut claims = assertion_claims();
        claims.as_object_mut().unwrap().remove(missing);
        forged.push((missing, assertion(&claims)));
    }
    forged
}

#[test]
fn a_forged_assertion_is_refused_and_uses_nothing_up() {
    let mut world = confidential();
    let code = sign_in(&mut world, ID);
    for (what, jwt) in forged_signatures().into_iter().chain(forged_claims()) {
        let (status, body) = redeem_with(&mut world, &code, &jwt);
        assert_eq!((status, body["error"].as_str()), (401, Some("invalid_client")), "{what} {jwt}");
    }
    let good = assertion(&assertion_claims());
    assert_eq!(redeem_with(&mut world, &code, &good).0, 200, "the code is still good");
}

#[test]
fn a_document_that_cannot_be_fetched_is_a_temporary_failure_and_uses_nothing_up() {
    let mut world = confidential();
    let code = sign_in(&mut world, ID);
    let document = world.documents.remove(ID).unwrap();
    let jwt = assertion(&assertion_claims());
    let (status, body) = redeem_with(&mut world, &code, &jwt);
    assert_eq!((status, body["error"].as_str()), (503, Some("temporarily_unavailable")));
    world.documents.insert(ID.to_owned(), document);
    assert_eq!(redeem_with(&mut world, &code, &jwt).0, 200);
}

#[test]
fn one_client_cannot_pass_for_another() {
    let mut world = confidential();
    let code = sign_in(&mut world, ID);
    let other = "https://other.example/client.json";
    world.publish(
        other,
        &json!({
            "client_id": other, "client_name": "Other", "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [jwk(Some("k1"))] },
        }),
    );
    let mut claims = assertion_claims();
    (claims["iss"], claims["sub"]) = (json!(other), json!(other));
    // With the other's id, whose code it is not; and with ours, whose assertion it is not.
    for (id, error, status) in [(other, "invalid_grant", 400), (ID, "invalid_client", 401)] {
        let jwt = assertion(&claims);
        let mut form = redeem(id, &code);
        form.extend([("client_assertion_type", ASSERTION), ("client_assertion", jwt.as_str())]);
        let answer = world.token(&form);
        assert_eq!((answer.0, answer.1["error"].as_str()), (status, Some(error)), "{id}");
    }
    let secret = [("client_id", ID), ("client_secret", "x"), ("grant_type", "refresh_token")];
    assert_eq!(world.token(&secret).0, 401, "a document has no secret");
}
