//! The client of a call.

pub use crate::call::client::Client;
use crate::context::current::Context;

impl Context {
    /// The client of this call, with its capabilities.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.live().client()
    }
}
