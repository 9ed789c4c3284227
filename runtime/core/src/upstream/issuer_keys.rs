//! Keys of issuers that `mcp.toml` names next to the identity provider: where they are, how long they are kept, and
//! when they may be fetched.
//!
//! The sender of an assertion chooses the issuer and the `kid`, and so would choose when we ask: one request at a
//! time asks, and after a failure or a key that is not there nobody does for a while.

use http::{Response, StatusCode};
use url::Url;

use crate::from_json::FromJson;
use crate::limits::{ISSUER_COOLDOWN, ISSUER_KEYS_TTL, UPSTREAM_TIMEOUT};
use crate::upstream::discovery::endpoint;
use crate::upstream::jwks::Jwks;

pub use crate::upstream::discovery::request;

/// The members of a discovery document that lead to keys. Issuers of platforms have no other endpoints.
#[derive(FromJson)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

/// The address of the keys, by the issuer's discovery document (OpenID Connect Discovery 1.0 section 4.3).
///
/// # Errors
/// Why it cannot be used, for the log.
pub fn address(issuer: &str, origin: &str, answer: &Response<Vec<u8>>) -> Result<Url, String> {
    if answer.status() != StatusCode::OK {
        return Err(format!("status {}", answer.status()));
    }
    let document: Document = crate::from_json::read_foreign(answer.body())
        .map_err(|_| "not a discovery document: a member is missing or wrong".to_owned())?;
    // Byte for byte: a document that names another issuer may come from an attacker's server.
    if document.issuer != issuer {
        return Err("the document names another issuer".to_owned());
    }
    configured(origin, &document.jwks_uri)
}

/// The address of the keys, as `mcp.toml` names it.
///
/// # Errors
/// It is not one that a server at this origin may ask.
pub fn configured(origin: &str, address: &str) -> Result<Url, String> {
    endpoint(origin, address).ok_or_else(|| "jwks_uri is not an https URL".to_owned())
}

/// Reads the answer with the keys.
///
/// # Errors
/// Why it is none, for the log.
pub fn keys(answer: &Response<Vec<u8>>, now: u64) -> Result<Jwks, String> {
    if answer.status() != StatusCode::OK {
        return Err(format!("status {}", answer.status()));
    }
    Jwks::parse(answer.body(), now).ok_or_else(|| "not a JSON Web Key Set".to_owned())
}

/// The next step of a request that needs keys.
#[derive(Debug)]
pub enum Look {
    /// These are to be used.
    Serve(Jwks),
    /// Ask for them, and [`IssuerKeys::keep`] what came of it.
    Fetch,
    /// Another request asks; look again in a moment.
    Wait,
    /// There are none, and nobody may ask now.
    Closed,
}

/// The keys of one issuer in one isolate.
#[derive(Debug, Clone, Default)]
pub struct IssuerKeys {
    keys: Option<Jwks>,
    /// Until when a request that asks has the right to.
    asking: Option<u64>,
    /// Time of the last failure.
    failed: Option<u64>,
    /// Time at which keys were asked for since one was missing.
    missed: Option<u64>,
}

impl IssuerKeys {
    /// The keys to verify with.
    pub fn look(&mut self, now: u64) -> Look {
        match &self.keys {
            Some(keys) if keys.age(now) < ISSUER_KEYS_TTL => Look::Serve(keys.clone()),
            _ => self.ask(now),
        }
    }

    /// Keys newer than those in which the one of an assertion is missing.
    pub fn look_again(&mut self, than: &Jwks, now: u64) -> Look {
        match &self.keys {
            Some(keys) if !keys.is_same_as(than) => return Look::Serve(keys.clone()),
            _ => {}
        }
        if self.asking.is_none_or(|until| now >= until) {
            if self.missed.is_some_and(|at| now < at + ISSUER_COOLDOWN) {
                return Look::Closed;
            }
            self.missed = Some(now);
        }
        self.ask(now)
    }

    fn ask(&mut self, now: u64) -> Look {
        if self.asking.is_some_and(|until| now < until) {
            return Look::Wait;
        }
        if self.failed.is_some_and(|at| now < at + ISSUER_COOLDOWN) {
            return Look::Closed;
        }
        // The discovery document, and then the keys.
        self.asking = Some(now + 2 * UPSTREAM_TIMEOUT);
        Look::Fetch
    }

    /// Keeps what was fetched, or that it failed.
    pub fn keep(&mut self, fetched: Option<&Jwks>, now: u64) {
        self.asking = None;
        match fetched {
            Some(keys) => (self.keys, self.failed) = (Some(keys.clone()), None),
            None => self.failed = Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn keys(now: u64) -> Jwks {
        Jwks::parse(br#"{"keys":[]}"#, now).unwrap()
    }

    #[test]
    fn one_request_asks_and_the_others_wait() {
        let mut cache = IssuerKeys::default();
        assert!(matches!(cache.look(NOW), Look::Fetch));
        assert!(matches!(cache.look(NOW + 1), Look::Wait));
        cache.keep(Some(&keys(NOW + 1)), NOW + 1);
        assert!(matches!(cache.look(NOW + 1), Look::Serve(_)));
    }

    #[test]
    fn a_request_that_was_cut_leaves_the_right_to_ask_to_the_next() {
        let mut cache = IssuerKeys::default();
        assert!(matches!(cache.look(NOW), Look::Fetch));
        assert!(matches!(cache.look(NOW + 2 * UPSTREAM_TIMEOUT), Look::Fetch));
    }

    #[test]
    fn old_keys_verify_nothing_and_a_failure_keeps_everybody_out_for_a_while() {
        let mut cache = IssuerKeys::default();
        cache.keep(Some(&keys(NOW)), NOW);
        assert!(matches!(cache.look(NOW + ISSUER_KEYS_TTL - 1), Look::Serve(_)));
        let old = NOW + ISSUER_KEYS_TTL;
        assert!(matches!(cache.look(old), Look::Fetch));
        cache.keep(None, old);
        assert!(matches!(cache.look(old), Look::Closed));
        assert!(matches!(cache.look(old + ISSUER_COOLDOWN - 1), Look::Closed));
        assert!(matches!(cache.look(old + ISSUER_COOLDOWN), Look::Fetch));
    }

    #[test]
    fn a_key_that_is_missing_has_them_fetched_once_in_half_a_minute() {
        let mut cache = IssuerKeys::default();
        let first = keys(NOW);
        cache.keep(Some(&first), NOW);
        assert!(matches!(cache.look_again(&first, NOW + 1), Look::Fetch));
        assert!(matches!(cache.look_again(&first, NOW + 1), Look::Wait));
        let second = keys(NOW + 1);
        cache.keep(Some(&second), NOW + 1);
        assert!(matches!(cache.look_again(&first, NOW + 1), Look::Serve(_)), "another one asked");
        for later in 2..ISSUER_COOLDOWN {
            assert!(matches!(cache.look_again(&second, NOW + later), Look::Closed), "{later}");
        }
        assert!(matches!(cache.look_again(&second, NOW + 1 + ISSUER_COOLDOWN), Look::Fetch));
    }
}
