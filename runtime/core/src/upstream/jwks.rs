//! JSON Web Key Sets (RFC 7517).

use serde_json::Value;

use crate::limits::{JWKS_REFETCH_INTERVAL, JWKS_TTL, MAX_JWKS_REFETCHES};
use crate::upstream::rejection::Rejection;
use crate::upstream::signature::{Algorithm, PublicKey};

/// The keys of an identity provider, and when they were fetched.
#[derive(Debug, Clone)]
pub struct Jwks {
    keys: Vec<Key>,
    fetched: u64,
}

/// A public key that a signature can be checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    kid: Option<String>,
    /// The only algorithm that it is for, where it says one.
    algorithm: Option<Algorithm>,
    key: PublicKey,
}

impl Key {
    /// The key of a JWK for signatures, if it is one that can be used here. A member that is `null` is
    /// absent.
    fn read(jwk: &Value) -> Option<Self> {
        let member = |name: &str| jwk.get(name).filter(|value| !value.is_null());
        if member("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        // RFC 7517 section 4.3: the operations that it is for.
        if let Some(operations) = member("key_ops")
            && !operations.as_array()?.iter().any(|operation| operation == "verify")
        {
            return None;
        }
        let algorithm = match member("alg") {
            Some(name) => Some(Algorithm::named(name.as_str()?)?),
            None => None,
        };
        let kid = match member("kid") {
            Some(kid) => Some(kid.as_str()?.to_owned()),
            None => None,
        };
        let key = PublicKey::read(jwk)?;
        algorithm.is_none_or(|one| key.fits(one)).then_some(Self { kid, algorithm, key })
    }

    fn fits(&self, kid: Option<&str>, algorithm: Algorithm) -> bool {
        let is_named = kid.is_none_or(|kid| self.kid.as_deref() == Some(kid));
        is_named && self.key.fits(algorithm) && self.algorithm.is_none_or(|one| one == algorithm)
    }
}

impl Jwks {
    /// Reads a key set. Keys of kinds we do not use are passed over, as RFC 7517 section 5 asks.
    #[must_use]
    pub fn parse(document: &[u8], now: u64) -> Option<Self> {
        let document: Value = serde_json::from_slice(document).ok()?;
        let keys = document.get("keys")?.as_array()?.iter().filter_map(Key::read).collect();
        Some(Self { keys, fetched: now })
    }

    /// True if no signature can be checked with it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// True if it is of the same fetch.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.fetched == other.fetched && self.keys == other.keys
    }

    /// Time since it was fetched, in seconds.
    pub(crate) fn age(&self, now: u64) -> u64 {
        now.saturating_sub(self.fetched)
    }

    /// True if the keys are old enough to be fetched again.
    #[must_use]
    pub fn is_stale(&self, now: u64) -> bool {
        self.age(now) >= JWKS_TTL
    }

    /// True if a client's assertion with a key that is not here may have the set fetched again: at
    /// the rate of the provider's keys, for each set by itself, so that no stranger uses it up.
    #[must_use]
    pub fn may_refetch(&self, now: u64) -> bool {
        self.age(now) >= JWKS_REFETCH_INTERVAL / u64::from(MAX_JWKS_REFETCHES)
    }

    /// The only key that fits the algorithm, and the id if there is one. A provider with one key need
    /// not name it (OpenID Connect Core section 10.1), and one that is listed twice is one key.
    pub(crate) fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&PublicKey, Rejection> {
        let mut fitting = self.fitting(kid, algorithm);
        let key = fitting.next().ok_or(Rejection::UnknownKey)?;
        if fitting.all(|other| other == key) { Ok(key) } else { Err(Rejection::AmbiguousKey) }
    }

    /// The keys that fit the algorithm, and the id if there is one. A client with one key need not
    /// name it (RFC 7515 section 4.1.4).
    pub(crate) fn fitting(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &PublicKey> {
        self.keys.iter().filter(move |key| key.fits(kid, algorithm)).map(|key| &key.key)
    }
}
