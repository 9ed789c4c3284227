//! An identity provider, and what it says of a person.

use http::Response;
use http::header::CONTENT_TYPE;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use toolgate_core::seal::encode;
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::jwks::Jwks;
use toolgate_core::upstream::{SignedClaims, host};

use super::{ISSUER, NOW};

/// An identity provider with one ES256 key.
pub struct Idp {
    key: SigningKey,
}

impl Idp {
    pub fn new() -> Self {
        Self { key: SigningKey::from_slice(&[7; 32]).unwrap() }
    }

    pub fn jwk(&self, kid: &str) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
            "x": encode(point.x().unwrap()), "y": encode(point.y().unwrap()),
        })
    }

    pub fn jwks(&self) -> Jwks {
        Jwks::parse(json!({ "keys": [self.jwk("k1")] }).to_string().as_bytes(), NOW).unwrap()
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature: Signature = self.key.sign(message.as_bytes());
        format!("{message}.{}", encode(&signature.to_bytes()))
    }

    pub fn id_token(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" }), claims)
    }
}

/// The claims of an id_token whose signature is good.
pub fn signed(keys: &Jwks, id_token: &str) -> Result<SignedClaims, Rejection> {
    host::conclude(id_token::prepare(keys, id_token)?)
}

/// The claims of a good id_token.
pub fn claims(nonce: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": "app", "sub": "user-1", "nonce": nonce, "exp": NOW + 300,
        "iat": NOW, "email": "employee1@mycompany.com", "name": "Employee One",
        "groups": ["design"], "department": "R&D",
    })
}

pub fn token_answer(id_token: &str) -> Response<Vec<u8>> {
    let body = json!({ "access_token": "x", "token_type": "Bearer", "id_token": id_token });
    Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string().into_bytes())
        .unwrap()
}
