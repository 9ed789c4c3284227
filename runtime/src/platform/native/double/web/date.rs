//! Time, by the clock of the test.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use worker::DateInit;

use crate::platform::native::clock;
use crate::platform::native::date::seconds;
use crate::platform::timer::Timer;

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Since 1970.
    millis: u64,
}

impl Date {
    /// This time.
    ///
    /// # Panics
    /// The text is not written as `2026-01-01T00:00:00Z`: other forms need JavaScript.
    #[must_use]
    pub fn new(init: DateInit) -> Self {
        let millis = match init {
            DateInit::Millis(millis) => millis,
            DateInit::String(text) => {
                seconds(&text).map(|seconds| seconds * 1000).unwrap_or_else(|| {
                    panic!("a test reads times such as `2026-01-01T00:00:00Z`, and not `{text}`")
                })
            }
        };
        Self { millis }
    }

    /// The time of the test.
    #[must_use]
    pub fn now() -> Self {
        Self { millis: u64::try_from(clock::now().as_millis()).unwrap_or(u64::MAX) }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_millis(&self) -> u64 {
        self.millis
    }
}

impl From<DateInit> for Date {
    fn from(init: DateInit) -> Self {
        Self::new(init)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms since 1970", self.millis)
    }
}

/// A wait, which the clock of the test skips.
pub struct Delay(Timer);

impl From<Duration> for Delay {
    fn from(duration: Duration) -> Self {
        Self(duration.into())
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl fmt::Debug for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delay").finish_non_exhaustive()
    }
}
