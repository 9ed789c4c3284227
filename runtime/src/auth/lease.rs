//! The life of an open stream: no longer than its grant stands, and, where it tells of what
//! happens later, than its token.

use std::future::pending;
use std::time::Duration;

use futures_util::future::select;

use crate::auth::grants;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::platform::timer::Timer;
use crate::ports::app::{App, Deployment};
use crate::ports::principal::Lease;

/// Seconds between two checks of a stream's grant, at least. With `revocation_max_age = "0s"` every
/// call asks the storage, but an open stream has no calls to ask at.
const MIN_AGE: u64 = 1;

/// Seconds until a storage that did not answer is asked again.
const RETRY: u64 = 2;

/// Checks in a row that the storage may leave unanswered. Then the stream ends, as a call would be
/// refused; its client comes back, and is let in when the storage answers.
const MAX_FAILURES: u32 = 3;

impl Lease {
    /// Waits until the token is over or its grant is revoked.
    pub(crate) async fn over(&self, app: &'static App, env: &Env) {
        let life = Timer::from(Duration::from_secs(self.expires.saturating_sub(now())));
        select(Box::pin(self.revoked(app, env)), life).await;
    }

    /// Waits until the grant is revoked, which is noticed within `revocation_max_age`; for ever where
    /// there is no grant.
    pub(crate) async fn revoked(&self, app: &'static App, env: &Env) {
        let Some((address, issued)) = &self.grant else { return pending().await };
        let age = u64::from(app.config.tokens.revocation_max_age).max(MIN_AGE);
        let mut failures = 0;
        loop {
            let next =
                match grants::stands_since(Deployment { app, env }, address, None, *issued).await {
                    Ok(Some(seen)) => {
                        failures = 0;
                        seen + age
                    }
                    Ok(None) => return,
                    Err(error) => {
                        log_error!("the grant of a stream could not be checked: {error}");
                        failures += 1;
                        if failures == MAX_FAILURES {
                            return;
                        }
                        now() + RETRY
                    }
                };
            Timer::from(Duration::from_secs(next.saturating_sub(now()).max(MIN_AGE))).await;
        }
    }

    /// True if both come from one sign-in of one client.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        let id = |lease: &Self| lease.grant.as_ref().map(|(address, _)| address.id.clone());
        id(self) == id(other)
    }
}
