//! Asking the identity provider again about somebody who signed in before.

use std::fmt;

use http::header::RETRY_AFTER;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};

/// GitHub's refusal for the number of requests has this header at zero, and status 403.
const RATE_LIMIT_REMAINING: &str = "x-ratelimit-remaining";

/// What the provider gave us to ask it again; sealed with the grant. It does not print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// A refresh token: the provider decides each time.
    Refresh(String),
    /// An access token, which may be used until it expires.
    Access {
        /// The token.
        token: String,
        /// When it expires, in seconds since 1970; never, if `None`.
        expires: Option<u64>,
    },
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refresh(_) => "Refresh([redacted])",
            Self::Access { .. } => "Access([redacted])",
        })
    }
}

/// Why the provider did not confirm somebody; for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It no longer vouches for the person, or what it said cannot be trusted: the grant ends.
    Ended(String),
    /// It could not be asked: nothing is known, and nothing changes.
    Failed(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Ended(reason) | Self::Failed(reason)) = self;
        f.write_str(reason)
    }
}

/// What it means that a protected resource did not answer with 200: a token that is refused before
/// its time was withdrawn (RFC 6750 section 3.1).
pub(crate) fn refusal(what: &str, answer: &Response<Vec<u8>>) -> Trouble {
    let status = answer.status();
    let reason = format!("{what}: status {status}");
    let headers = answer.headers();
    let is_limited = headers.contains_key(RETRY_AFTER)
        || headers.get(RATE_LIMIT_REMAINING).is_some_and(|left| left == "0");
    match status {
        StatusCode::UNAUTHORIZED => Trouble::Ended(reason),
        StatusCode::FORBIDDEN if !is_limited => Trouble::Ended(reason),
        _ => Trouble::Failed(reason),
    }
}
