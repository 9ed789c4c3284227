//! Errors of state.

use std::fmt;

use super::value::MAX_KEY_BYTES;

/// Why a value or database could not be read or written. Nothing was changed, except that after
/// [`StateError::Unavailable`] a write may have happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum StateError {
    /// The object that keeps the state did not answer; the Worker's log tells more.
    Unavailable,
    /// A value is larger than [`MAX_VALUE_BYTES`](super::MAX_VALUE_BYTES) as JSON, or, where values are
    /// sealed, than [`MAX_SEALED_VALUE_BYTES`](super::MAX_SEALED_VALUE_BYTES).
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The value is sealed (`[storage] seal_state`) under an encryption key that is no longer in the list.
    Sealed,
    /// The name given to [`State::named`](super::State::named) is empty or longer than
    /// [`MAX_KEY_BYTES`].
    Key,
    /// The value cannot be written as JSON.
    Encode(serde_json::Error),
    /// The kept value is not of the type that was asked for.
    Decode(serde_json::Error),
    /// Others changed the value again and again in the middle of an update.
    Contended,
    /// SQLite refused a statement. Its message may name tables and columns.
    Sql(String),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable => f.write_str("the state could not be reached; try again"),
            Self::TooLarge { bytes, most } => {
                write!(f, "the value has {bytes} bytes as JSON, and may have {most}")
            }
            Self::Sealed => f.write_str(
                "the value is sealed under an encryption key that the server no longer has",
            ),
            Self::Key => write!(f, "a name of state has 1 to {MAX_KEY_BYTES} bytes"),
            Self::Encode(error) => write!(f, "the value cannot be written as JSON: {error}"),
            Self::Decode(error) => write!(f, "what is kept is of another type: {error}"),
            Self::Contended => {
                f.write_str("others keep changing the value at the same time; try again")
            }
            Self::Sql(message) => write!(f, "the database refused the statement: {message}"),
        }
    }
}

impl std::error::Error for StateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Encode(error) | Self::Decode(error) => Some(error),
            _ => None,
        }
    }
}
