//! Times as a test writes them.

use std::time::Duration;

use crate::platform::native::date::seconds;

/// A point in time: seconds since 1970 (`1_767_225_600`), or a date in UTC (`"2026-01-01"`,
/// `"2026-01-01T00:00:00Z"`).
pub trait IntoTime {
    /// The time since 1970.
    ///
    /// # Panics
    /// The text is no such date, or one before 1970.
    fn into_time(self) -> Duration;
}

impl IntoTime for u64 {
    fn into_time(self) -> Duration {
        Duration::from_secs(self)
    }
}

impl IntoTime for &str {
    fn into_time(self) -> Duration {
        let seconds = seconds(self);
        Duration::from_secs(
            seconds.unwrap_or_else(|| {
                panic!("`{self}` is no time; write it as `2026-01-01T00:00:00Z`")
            }),
        )
    }
}
