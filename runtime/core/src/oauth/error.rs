//! OAuth errors (OAuth 2.1 sections 3.2.4 and 4.1.2.1).

use std::borrow::Cow;

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::json;

use crate::reply::{self, Reply};

/// An error with the code clients act on and a description developers read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    /// `error`.
    pub code: &'static str,
    /// `error_description`: plain ASCII without quotes (OAuth 2.1 section 3.2.4).
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// An error of this code.
    pub fn new(code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into() }
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

    /// The JSON answer of `/token`, `/register` and `/revoke`.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        let invalid_client = self.code == "invalid_client";
        let status =
            if invalid_client { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut reply = reply::json(status, &body);
        if invalid_client {
            reply::set(&mut reply, WWW_AUTHENTICATE, "Basic realm=\"token\"");
        }
        reply::readable_by_any_origin(reply)
    }
}
