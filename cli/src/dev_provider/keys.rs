//! The signing key, made at every start.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::rand_core::OsRng;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

use super::random;
use crate::{Doing, Result};

/// The least that RS256 allows (RFC 7518 section 3.3); the key lives as long as the process.
const KEY_BITS: usize = 2048;

pub(super) struct Keys {
    id: String,
    signer: SigningKey<Sha256>,
    jwks: Value,
}

impl Keys {
    pub(super) fn generate() -> Result<Self> {
        let key = RsaPrivateKey::new(&mut OsRng, KEY_BITS).doing(|| "make a key".to_owned())?;
        let id = random::token();
        let number = |value: &rsa::BigUint| URL_SAFE_NO_PAD.encode(value.to_bytes_be());
        let jwks = json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
            "n": number(key.n()), "e": number(key.e()),
        }]});
        Ok(Self { id, signer: SigningKey::new(key), jwks })
    }

    /// The JSON Web Key Set.
    pub(super) fn jwks(&self) -> &Value {
        &self.jwks
    }

    /// A JSON Web Token with these claims, signed with RS256.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.id });
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.signer.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}
