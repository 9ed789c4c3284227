//! Why a question had no answer.

use std::fmt;

/// The words of [`Refusal::Unsupported`]; a call that ends with it has failed for want of a capability.
pub(crate) const UNSUPPORTED: &str = "this client cannot be asked this";

/// Why a client did not answer.
///
/// ```
/// use toolgate::prelude::*;
///
/// # #[derive(serde::Deserialize, JsonSchema)]
/// # struct Size { width: u32 }
/// # async fn show(ctx: &Context) -> Result<String> {
/// match ctx.ask::<Size>("How wide?").await {
///     Ok(size) => Ok(format!("{} wide", size.width)),
///     Err(Refusal::Declined | Refusal::Cancelled) => Ok("as wide as before".to_owned()),
///     Err(other) => Err(other.into()),
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The person said no.
    Declined,
    /// The person closed the question without an answer.
    Cancelled,
    /// This client cannot be asked this. See [`Client`](super::Client).
    Unsupported,
    /// The client's reply is not an answer to the question.
    Invalid,
    /// The client answered with an error; its message.
    Failed(String),
    /// The question is not one that MCP allows, and what is wrong with it.
    Unaskable(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declined => f.write_str("the question was declined"),
            Self::Cancelled => f.write_str("the question was cancelled"),
            Self::Unsupported => f.write_str(UNSUPPORTED),
            Self::Invalid => f.write_str("the client's answer does not fit the question"),
            Self::Failed(message) => write!(f, "the client failed to answer: {message}"),
            Self::Unaskable(what) => write!(f, "this cannot be asked: {what}"),
        }
    }
}

impl std::error::Error for Refusal {}
