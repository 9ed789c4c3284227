//! Progress of a call.

use crate::tool::Context;

/// The progress of a call: how much is done, perhaps out of how much, perhaps with a word on it.
///
/// ```
/// use toolgate::prelude::*;
///
/// # fn show(ctx: &Context) {
/// ctx.progress(3.0);
/// ctx.progress((3.0, 10.0));
/// ctx.progress((3.0, 10.0, "copying"));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    done: f64,
    total: Option<f64>,
    message: Option<String>,
}

impl From<f64> for Progress {
    fn from(done: f64) -> Self {
        Self { done, total: None, message: None }
    }
}

impl From<(f64, f64)> for Progress {
    fn from((done, total): (f64, f64)) -> Self {
        Self { done, total: Some(total), message: None }
    }
}

impl<M: Into<String>> From<(f64, f64, M)> for Progress {
    fn from((done, total, message): (f64, f64, M)) -> Self {
        Self { done, total: Some(total), message: Some(message.into()) }
    }
}

impl Context {
    /// Tells the client how far the call has come (`notifications/progress`). It goes out when the
    /// call next waits.
    ///
    /// Nothing is sent to a client that did not ask for it, or for a value that is not greater than the
    /// one before. Where very many are made without waiting, the latest counts. A task shows the words
    /// as its status message.
    pub fn progress(&self, progress: impl Into<Progress>) {
        let Progress { done, total, message } = progress.into();
        self.live().progress(done, total, message.as_deref());
    }
}
