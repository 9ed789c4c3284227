//! Waiting for something, but not for ever.

use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::pin_mut;

use crate::platform::timer::Timer;

/// Waits for something at most this many seconds; `None` when it took longer.
pub(crate) async fn within<T>(seconds: u64, work: impl Future<Output = T>) -> Option<T> {
    let timeout = Timer::from(Duration::from_secs(seconds));
    pin_mut!(work, timeout);
    match select(work, timeout).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
