//! Rate limiters, as a test has them answer.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use worker::{RateLimitOutcome, Result};

/// A rate limiter of a test.
#[derive(Clone)]
pub struct RateLimiter(Rc<dyn Fn(&str) -> bool>);

impl RateLimiter {
    /// Lets a request through where the script says so of its key.
    pub(crate) fn new(script: impl Fn(&str) -> bool + 'static) -> Self {
        Self(Rc::new(script))
    }

    /// Lets so many requests of each key through.
    pub(crate) fn counting(limit: u32) -> Self {
        let counts = RefCell::new(BTreeMap::<String, u32>::new());
        Self::new(move |key| {
            let mut counts = counts.borrow_mut();
            let count = counts.entry(key.to_owned()).or_default();
            *count = count.saturating_add(1);
            *count <= limit
        })
    }

    /// Counts a request of this key.
    ///
    /// # Errors
    /// None here.
    pub async fn limit(&self, key: String) -> Result<RateLimitOutcome> {
        Ok(RateLimitOutcome { success: (self.0)(&key) })
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter").finish_non_exhaustive()
    }
}
