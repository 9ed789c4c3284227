//! Key sets kept for a while, and when they may be fetched again.
//!
//! Key rotation must not lock anybody out, and a sender of junk must not make us hammer the identity
//! provider: the first asks for fresh keys at once, the second for a bound on how often.

use crate::limits::{
    JWKS_MAX_AGE, JWKS_REFETCH_INTERVAL, JWKS_RETRY_INTERVAL, MAX_JWKS_REFETCHES, UPSTREAM_TIMEOUT,
};
use crate::upstream::jwks::Jwks;

/// Fetches beyond the regular ones, within one interval.
#[derive(Debug, Clone, Default)]
struct Refetches {
    since: u64,
    count: u32,
}

impl Refetches {
    /// Counts one more fetch, if there may be one: [`MAX_JWKS_REFETCHES`] in
    /// [`JWKS_REFETCH_INTERVAL`] seconds.
    fn take(&mut self, now: u64) -> bool {
        if now >= self.since + JWKS_REFETCH_INTERVAL {
            *self = Self { since: now, count: 0 };
        }
        let may = self.count < MAX_JWKS_REFETCHES;
        self.count += u32::from(may);
        may
    }
}

/// The keys that are to be used now.
#[derive(Debug, Clone)]
pub enum Plan {
    /// These, without asking anybody.
    Serve(Jwks),
    /// These; and whoever serves the request fetches newer ones once it is answered.
    ServeAndRenew(Jwks),
    /// Those that are fetched now.
    Fetch,
    /// None: fetching failed a moment ago.
    Wait,
}

/// The keys of one address, which a deployment has one of.
#[derive(Debug, Clone)]
pub struct JwksCache {
    address: String,
    keys: Option<Jwks>,
    /// Time at which fetching them failed last.
    failed: Option<u64>,
    /// Time at which they were asked for behind a response.
    renewing: Option<u64>,
    refetches: Refetches,
}

impl JwksCache {
    /// Of this address, and empty.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            keys: None,
            failed: None,
            renewing: None,
            refetches: Refetches::default(),
        }
    }

    /// The address that it is of.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Decides which keys a token is verified with. Stale keys serve, up to [`JWKS_MAX_AGE`], so that
    /// nobody waits for the identity provider, nor is locked out while it is away.
    pub fn plan(&mut self, now: u64) -> Plan {
        let Some(keys) = self.keys.as_ref().filter(|keys| keys.age(now) < JWKS_MAX_AGE) else {
            return if self.may_fetch(now) { Plan::Fetch } else { Plan::Wait };
        };
        let is_renewed = self.renewing.is_some_and(|at| now < at + UPSTREAM_TIMEOUT);
        if !keys.is_stale(now) || is_renewed || !self.may_fetch(now) {
            return Plan::Serve(keys.clone());
        }
        let keys = keys.clone();
        self.renewing = Some(now);
        Plan::ServeAndRenew(keys)
    }

    /// True if a token that the keys do not verify may have them fetched once more; counts.
    pub fn may_refetch(&mut self, now: u64) -> bool {
        self.may_fetch(now) && self.refetches.take(now)
    }

    fn may_fetch(&self, now: u64) -> bool {
        self.failed.is_none_or(|at| now >= at + JWKS_RETRY_INTERVAL)
    }

    /// Keeps what was fetched; after a failure what is known stays.
    pub fn keep(&mut self, fetched: Option<&Jwks>, now: u64) {
        self.renewing = None;
        match fetched {
            Some(keys) => (self.keys, self.failed) = (Some(keys.clone()), None),
            None => self.failed = Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::JWKS_TTL;

    const NOW: u64 = 1_800_000_000;

    fn keys(now: u64) -> Jwks {
        Jwks::parse(br#"{"keys":[]}"#, now).unwrap()
    }

    fn filled() -> JwksCache {
        let mut cache = JwksCache::new("https://idp.example/keys");
        cache.keep(Some(&keys(NOW)), NOW);
        cache
    }

    #[test]
    fn an_empty_cache_is_filled_before_anything_is_verified() {
        let mut cache = JwksCache::new("https://idp.example/keys");
        assert!(matches!(cache.plan(NOW), Plan::Fetch));
        cache.keep(None, NOW);
        assert!(matches!(cache.plan(NOW), Plan::Wait), "it failed a moment ago");
        assert!(matches!(cache.plan(NOW + JWKS_RETRY_INTERVAL), Plan::Fetch));
    }

    #[test]
    fn stale_keys_serve_and_one_request_renews_them() {
        let mut cache = filled();
        assert!(matches!(cache.plan(NOW + JWKS_TTL - 1), Plan::Serve(_)));
        let stale = NOW + JWKS_TTL;
        assert!(matches!(cache.plan(stale), Plan::ServeAndRenew(_)));
        assert!(matches!(cache.plan(stale), Plan::Serve(_)), "one renews them");
        // That one was cut, and never came back.
        assert!(matches!(cache.plan(stale + UPSTREAM_TIMEOUT), Plan::ServeAndRenew(_)));
        cache.keep(Some(&keys(stale)), stale);
        assert!(matches!(cache.plan(stale + 1), Plan::Serve(_)));
    }

    #[test]
    fn keys_older_than_a_day_verify_nothing() {
        let mut cache = filled();
        assert!(matches!(cache.plan(NOW + JWKS_MAX_AGE - 1), Plan::ServeAndRenew(_)));
        assert!(matches!(cache.plan(NOW + JWKS_MAX_AGE), Plan::Fetch));
    }

    #[test]
    fn an_outage_leaves_the_keys_in_use() {
        let mut cache = filled();
        let stale = NOW + JWKS_TTL;
        assert!(matches!(cache.plan(stale), Plan::ServeAndRenew(_)));
        cache.keep(None, stale);
        assert!(matches!(cache.plan(stale), Plan::Serve(_)), "not asked again at once");
    }

    #[test]
    fn fresh_keys_may_be_asked_for_three_times_in_half_a_minute() {
        let mut cache = filled();
        let tries: Vec<_> = (0..5).map(|second| cache.may_refetch(NOW + second)).collect();
        assert_eq!(tries, [true, true, true, false, false], "at once, not after 30 seconds");
        assert!(!cache.may_refetch(NOW + JWKS_REFETCH_INTERVAL - 1));
        assert!(cache.may_refetch(NOW + JWKS_REFETCH_INTERVAL));
    }
}
