//! JSON Web Key Sets (RFC 7517).

use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

use crate::limits::{JWKS_REFETCH_INTERVAL, JWKS_TTL};

/// The keys of an identity provider, and when they were fetched.
#[derive(Debug, Clone)]
pub struct Jwks {
    keys: Vec<Jwk>,
    fetched: u64,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// What [`Jwks::find`] found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found<'a> {
    Key(&'a Jwk),
    None,
    Several,
}

impl Jwks {
    /// Reads a key set. Keys of kinds we do not use are passed over, as RFC 7517 section 5 asks.
    #[must_use]
    pub fn parse(document: &[u8], now: u64) -> Option<Self> {
        let document: Document = serde_json::from_slice(document).ok()?;
        let keys = document
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
            .filter(|key| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption)))
            .collect();
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
            .filter(|key| key.common.key_id.as_deref() == Some(kid) && fits(key, algorithm));
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
    ) -> impl Iterator<Item = &Jwk> {
        self.keys.iter().filter(move |key| {
            fits(key, algorithm) && kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid))
        })
    }
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let names_another =
        key.common.key_algorithm.is_some_and(|named| named.to_string() != format!("{algorithm:?}"));
    let right_kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => {
            curve.curve == EllipticCurve::P256
        }
        _ => false,
    };
    right_kind && !names_another
}
