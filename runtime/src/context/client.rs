//! What the client of a call can do.

pub use crate::call::client::Client;
use crate::context::current::Context;

impl Context {
    /// What the client of this call can do.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.live().client()
    }
}
