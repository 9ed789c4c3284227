//! Tokens that one request at a time renews: how the others wait, and how what came is stored.

use std::time::Duration;

use crate::platform::console::log_error;
use crate::platform::timer::Timer;

/// Longest time that a call waits in all while another one renews a token: a person's client waits as well.
const PATIENCE: Duration = Duration::from_secs(6);

/// The first wait, which doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest of the waits.
const LONGEST_WAIT: Duration = Duration::from_millis(800);

/// Waits before what came is stored once more: some ten seconds in all, in which a storage that is restarted comes
/// back.
const STORE_AGAIN_AFTER: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
];

/// The patience of a call that needs a token which another one renews.
pub(crate) struct Patience {
    waited: Duration,
    wait: Duration,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { waited: Duration::ZERO, wait: FIRST_WAIT }
    }

    /// Waits before the next look; `false` at once where the patience is at its end.
    pub(crate) async fn wait(&mut self) -> bool {
        if self.waited >= PATIENCE {
            return false;
        }
        Timer::from(self.wait).await;
        self.waited += self.wait;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        true
    }
}

/// Stores a renewed token, again where the storage fails: it may hold the only refresh token that is still good.
///
/// # Errors
/// The storage has failed each time.
pub(crate) async fn store<T>(attempt: impl AsyncFn() -> worker::Result<T>) -> worker::Result<T> {
    let mut outcome = attempt().await;
    for wait in STORE_AGAIN_AFTER {
        let Err(error) = outcome else { break };
        log_error!("a renewed token could not be stored at once: {error}");
        Timer::from(wait).await;
        outcome = attempt().await;
    }
    outcome
}
