//! The one error type of the command line: what happened, what was said, what to do.

use std::fmt;

use serde::Serialize;

use crate::printable::printable;

/// Result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure as it is shown to people.
#[derive(Debug, Serialize)]
pub struct Error {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Error {
    /// An error with its cause, in one line.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), output: None, help: None }
    }

    /// Adds the remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the remedy, where nothing closer to the cause has done so.
    #[must_use]
    pub fn or_help(self, help: impl Into<String>) -> Self {
        if self.help.is_some() { self } else { self.help(help) }
    }

    /// The last words of the program that failed.
    #[must_use]
    pub fn output(mut self, output: impl Into<String>) -> Self {
        self.output = Some(output.into());
        self
    }

    /// The cause, without the remedy.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The remedy, if there is one.
    pub fn fix(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Output of the failed program, if a program failed.
    pub fn program_output(&self) -> &str {
        self.output.as_deref().unwrap_or_default()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Programs and servers have their say in it.
        f.write_str(&printable(&self.message))?;
        if let Some(output) = self.output.as_deref().map(printable) {
            for line in output.lines() {
                write!(f, "\n  | {line}")?;
            }
        }
        if let Some(help) = &self.help {
            write!(f, "\n  = help: {}", printable(help))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Adds what was being done to an error of the operating system.
pub trait Doing<T> {
    /// `doing` completes the sentence "cannot …".
    ///
    /// # Errors
    ///
    /// The error it was called on, with that sentence in front.
    fn doing(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Doing<T> for std::result::Result<T, E> {
    fn doing(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Error::new(format!("cannot {}: {error}", doing())))
    }
}
