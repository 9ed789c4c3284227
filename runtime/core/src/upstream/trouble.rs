//! Asking the identity provider again about somebody who signed in before.

use std::fmt;

use http::header::RETRY_AFTER;
use http::{Response, StatusCode};
use serde::Serialize;

use crate::audit::Reason;
use crate::from_json::FromJson;

/// GitHub's refusal for the number of requests has this header at zero, and status 403.
const RATE_LIMIT_REMAINING: &str = "x-ratelimit-remaining";

/// Credentials that the provider gave us to ask it again; sealed with the grant. They do not print.
#[derive(Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// A refresh token: the provider decides each time.
    Refresh(String),
    /// An access token, which may be used until it expires.
    Access {
        /// The token.
        token: String,
        /// Time of expiry, in seconds since 1970; never, if `None`.
        expires: Option<u64>,
    },
}

/// Credentials that the provider gave for a grant. They do not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// To ask it again.
    pub upstream: Upstream,
    /// The access token beside a refresh token, for calls in the person's name.
    pub access: Option<AccessToken>,
}

/// An access token, and the time of its expiry in seconds since 1970 where that is known.
pub type AccessToken = (String, Option<u64>);

impl From<Upstream> for Given {
    fn from(upstream: Upstream) -> Self {
        Self { upstream, access: None }
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given([redacted])")
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refresh(_) => "Refresh([redacted])",
            Self::Access { .. } => "Access([redacted])",
        })
    }
}

/// Why the provider did not confirm somebody; the text is for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It no longer vouches for the person, or what it said cannot be trusted, for this reason: the
    /// grant ends.
    Ended(Reason, String),
    /// It decided nothing, for this cause: the claims known so far may go on for a while.
    Failed(Cause, String),
}

/// Cause that kept the provider from deciding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It could not be reached, or has an error of its own.
    Unavailable,
    /// It did not answer in time.
    Timeout,
    /// It limits the number of requests; the person may have used them up.
    RateLimited,
    /// It refuses this server's own credentials, and so decides about nobody.
    Credentials,
    /// Its answer is not one of its protocol.
    Unreadable,
    /// It answers with an error that decides nothing about the person.
    Error,
    /// Its id_token is larger than any that is read.
    TooLarge,
    /// It signs with a key that may not be fetched yet.
    UnknownKey,
}

impl Cause {
    /// Its code in the audit trail.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::Unavailable => Reason::UpstreamUnavailable,
            Self::Timeout => Reason::UpstreamTimeout,
            Self::RateLimited => Reason::UpstreamRateLimited,
            Self::Credentials => Reason::UpstreamCredentials,
            Self::Unreadable => Reason::UpstreamUnreadable,
            Self::Error => Reason::UpstreamExchange,
            Self::TooLarge => Reason::IdTokenTooLarge,
            Self::UnknownKey => Reason::IdTokenKeyUnknown,
        }
    }
}

impl Trouble {
    /// Its code in the audit trail.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Ended(reason, _) => *reason,
            Self::Failed(cause, _) => cause.reason(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Ended(_, reason) | Self::Failed(_, reason)) = self;
        f.write_str(reason)
    }
}

const LIMIT: &[u8] = b"rate limit";

/// Why an answer decides nothing, whatever else it says: the server is in trouble, or counts
/// requests. GitHub's own limit is status 403.
pub(crate) fn undecided(answer: &Response<Vec<u8>>) -> Option<Cause> {
    let status = answer.status();
    let headers = answer.headers();
    // Of GitHub's secondary limit the message alone may tell.
    let says_limit =
        answer.body().windows(LIMIT.len()).any(|text| text.eq_ignore_ascii_case(LIMIT));
    let counts = headers.contains_key(RETRY_AFTER)
        || says_limit
        || headers.get(RATE_LIMIT_REMAINING).is_some_and(|left| left == "0");
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(Cause::RateLimited),
        StatusCode::FORBIDDEN if counts => Some(Cause::RateLimited),
        _ if status.is_server_error() => Some(Cause::Unavailable),
        _ => None,
    }
}

/// The trouble behind a protected resource that did not answer with 200: a token that is refused
/// before its time was withdrawn (RFC 6750 section 3.1).
pub(crate) fn refusal(what: &str, answer: &Response<Vec<u8>>) -> Trouble {
    let status = answer.status();
    let reason = format!("{what}: status {status}");
    match (undecided(answer), status) {
        (Some(cause), _) => Trouble::Failed(cause, reason),
        (None, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            Trouble::Ended(Reason::UpstreamTokenRefused, reason)
        }
        (None, _) => Trouble::Failed(Cause::Unreadable, reason),
    }
}
