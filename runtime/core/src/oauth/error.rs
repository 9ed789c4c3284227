//! OAuth errors (OAuth 2.1 sections 3.2.4 and 4.1.2.1).

use std::borrow::Cow;

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::json;

use crate::audit::{self, Reason};
use crate::reply::{self, Reply};

/// An error with the code clients act on, a description developers read, and the reason that the
/// audit trail tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    /// `error`.
    pub code: &'static str,
    /// `error_description`: plain ASCII without quotes (OAuth 2.1 section 3.2.4).
    pub description: Cow<'static, str>,
    /// Why, for the audit trail and for people who look it up.
    pub reason: Reason,
}

impl OAuthError {
    /// An error of this code, with the reason that the code implies.
    pub fn new(code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), reason: Reason::of_oauth_code(code) }
    }

    /// `invalid_request`.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_request", description)
    }

    /// `invalid_grant`.
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// `invalid_client`.
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_client", description)
    }

    /// The same error for a reason of its own.
    #[must_use]
    pub fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    /// The description with the reason's code, by which it is found in the documentation and in
    /// the audit trail.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} ({})", self.description, self.reason.code())
    }

    /// The JSON answer of `/token`, `/register` and `/revoke`.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        let status = match self.code {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        self.reply_with(status)
    }

    /// The JSON answer with another status than OAuth gives the error.
    #[must_use]
    pub fn reply_with(self, status: StatusCode) -> Reply {
        let body = json!({ "error": self.code, "error_description": self.text() });
        let mut reply = reply::json(status, &body);
        if status == StatusCode::UNAUTHORIZED {
            reply::set(&mut reply, WWW_AUTHENTICATE, "Basic realm=\"token\"");
        }
        audit::because(reply::readable_by_any_origin(reply), self.reason)
    }
}
