//! End of a call that has no answer: an error, and the exit status that tells its kind.

use crate::Error;

/// Result of everything here.
pub(super) type Result<T> = std::result::Result<T, Failure>;

/// An error with its exit status.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: u8,
    pub(super) error: Error,
}

impl Failure {
    /// The server or its tool said no.
    pub(super) fn refused(error: Error) -> Self {
        Self { status: 1, error }
    }

    /// True if the server or the tool said no.
    pub(super) fn is_refusal(&self) -> bool {
        self.status == 1
    }

    /// The command line is wrong.
    pub(super) fn usage(error: Error) -> Self {
        Self { status: 2, error }
    }

    /// There is no connection, or nobody is signed in.
    pub(super) fn unreached(error: Error) -> Self {
        Self { status: 3, error }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::unreached(error)
    }
}
