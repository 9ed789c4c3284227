//! From what a function returns to what the log says.

use std::fmt::Display;

use super::def::Outcome;
use crate::tool;

/// A type that a function may return which no client starts.
#[diagnostic::on_unimplemented(
    message = "a function that is started by a trigger cannot return `{Self}`",
    label = "neither `()` nor a `Result` of it",
    note = "nobody reads what it returns: return `()`, or `Result<()>` whose error goes to the log"
)]
pub trait IntoTriggerResult {
    /// The error's text for the log.
    fn into_trigger_result(self) -> Outcome;
}

impl IntoTriggerResult for () {
    fn into_trigger_result(self) -> Outcome {
        Ok(())
    }
}

impl<E: Display + 'static> IntoTriggerResult for Result<(), E> {
    fn into_trigger_result(self) -> Outcome {
        self.map_err(|error| tool::logged(&error))
    }
}
