//! The error type that a tool can use with `?`.

use std::fmt;

use toolgate_core::mcp::{Fault, INTERNAL_ERROR};

/// What went wrong in a tool. The caller sees its message.
///
/// Every [`std::error::Error`] turns into it, so `?` works on the errors of `worker`,
/// `serde_json` and any other crate.
///
/// ```
/// use toolgate::prelude::*;
///
/// fn parse(text: &str) -> Result<u32> {
///     if text.is_empty() {
///         return Err(Error::new("there is nothing to parse"));
///     }
///     Ok(text.parse()?)
/// }
/// assert_eq!(parse("").unwrap_err().to_string(), "there is nothing to parse");
/// ```
// It does not implement `std::error::Error` itself: the conversion below would then overlap with
// the one of every type into itself.
pub struct Error {
    message: String,
    is_of_protocol: bool,
}

impl Error {
    /// An error with this message.
    #[must_use]
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), is_of_protocol: false }
    }

    /// An error that no model should try to put right: the client gets a JSON-RPC error with this
    /// message (code −32603) in place of a result, and a task ends as `failed`. For prompts and
    /// resources every error is one of these.
    #[must_use]
    pub fn protocol(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), is_of_protocol: true }
    }

    /// The JSON-RPC error, where it is one.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.is_of_protocol.then(|| Fault::new(INTERNAL_ERROR, self.message.clone()))
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    // What `unwrap` prints in a test.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A `Result` with [`Error`] unless it says otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;
