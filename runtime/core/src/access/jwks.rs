//! JSON Web Key Sets (RFC 7517).

use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use crate::limits::{JWKS_REFETCH_INTERVAL, JWKS_TTL};

/// The keys of an identity provider, and when they were fetched.
#[derive(Debug, Clone)]
pub struct Jwks {
    keys: Vec<Key>,
    fetched: u64,
}

/// A public key that a signature can be checked with. Read by hand: the model of `jsonwebtoken`
/// knows every kind of key, which costs a Worker several times as much.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    /// `n` and `e` of RSA, `x` and `y` of P-256.
    parts: [String; 2],
}

impl Key {
    /// The key of a JWK, if it is an RSA or P-256 key for signatures (RFC 7518 section 6).
    fn read(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if jwk.get("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        let (algorithm, name, parts) = match text("kty")? {
            "RSA" => (Algorithm::RS256, "RS256", ["n", "e"]),
            "EC" if text("crv") == Some("P-256") => (Algorithm::ES256, "ES256", ["x", "y"]),
            _ => return None,
        };
        if jwk.get("alg").is_some_and(|named| named != name) {
            return None;
        }
        let [first, second] = parts.map(|part| text(part).map(str::to_owned));
        Some(Self { kid: text("kid").map(str::to_owned), algorithm, parts: [first?, second?] })
    }

    /// The key as the verifier takes it.
    pub(crate) fn decoding_key(&self) -> jsonwebtoken::errors::Result<DecodingKey> {
        let [first, second] = &self.parts;
        match self.algorithm {
            Algorithm::RS256 => DecodingKey::from_rsa_components(first, second),
            _ => DecodingKey::from_ec_components(first, second),
        }
    }
}

/// What [`Jwks::find`] found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found<'a> {
    Key(&'a Key),
    None,
    Several,
}

impl Jwks {
    /// Reads a key set. Keys of kinds we do not use are passed over, as RFC 7517 section 5 asks.
    #[must_use]
    pub fn parse(document: &[u8], now: u64) -> Option<Self> {
        let document: Value = serde_json::from_slice(document).ok()?;
        let keys = document.get("keys")?.as_array()?.iter().filter_map(Key::read).collect();
        Some(Self { keys, fetched: now })
    }

    /// Whether the keys are old enough to be fetched again.
    #[must_use]
    pub fn is_stale(&self, now: u64) -> bool {
        now >= self.fetched + JWKS_TTL
    }

    /// Whether an unknown key is reason enough to fetch again: only once per interval.
    #[must_use]
    pub fn may_refetch(&self, now: u64) -> bool {
        now >= self.fetched + JWKS_REFETCH_INTERVAL
    }

    /// The only key of this id that fits the algorithm.
    pub(crate) fn find(&self, kid: &str, algorithm: Algorithm) -> Found<'_> {
        let mut matching = self
            .keys
            .iter()
            .filter(|key| key.kid.as_deref() == Some(kid) && key.algorithm == algorithm);
        match (matching.next(), matching.next()) {
            (Some(key), None) => Found::Key(key),
            (None, _) => Found::None,
            (Some(_), Some(_)) => Found::Several,
        }
    }

    /// The keys that fit the algorithm, and the id if there is one. A client with one key need not
    /// name it (RFC 7515 section 4.1.4).
    pub(crate) fn fitting(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| {
            key.algorithm == algorithm && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
        })
    }
}
