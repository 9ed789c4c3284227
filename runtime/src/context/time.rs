//! The time of day.

use crate::platform;
use crate::tool::Context;

impl Context {
    /// The time, in seconds since 1970. In a Worker it stands still while a function computes, and goes
    /// on where it waits for something. In a test it is that of
    /// [`TestServer::at`](crate::testing::TestServer::at).
    #[must_use]
    pub fn now(&self) -> u64 {
        platform::now()
    }
}
