//! A login under way: what a browser that was sent to the identity provider keeps until it comes back.

use http::HeaderMap;
use http::header::SET_COOKIE;
use serde::Serialize;

use crate::audit::Reason;
use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::ATTEMPT_TTL;
use crate::oauth::attempts;
use crate::oauth::authorization::AuthorizationRequest;
use crate::oauth::client::is_false;
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::reply::{self, Reply};
use crate::seal::{Purpose, sha256};
use crate::secret::constant_time_eq;
use crate::upstream::login::{Sent, authorization_url, code_request, redirect_uri};

/// Purpose of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub enum Target {
    /// A client's request.
    #[serde(rename = "c")]
    Client(Box<AuthorizationRequest>),
    /// The page of the person's own connections.
    #[serde(rename = "p")]
    Connections,
    /// A route of the author's. The address that the browser asked for is sealed beside it.
    #[serde(rename = "r")]
    Route,
}

/// A login under way, sealed in a cookie of the browser that started it: another browser cannot
/// finish it, and nothing is stored.
#[derive(Debug, Serialize, FromJson)]
pub struct Login {
    /// Its purpose.
    #[serde(rename = "t")]
    pub target: Target,
    /// The client's request was approved just now, and not by an approval that was remembered.
    #[serde(rename = "y", default, skip_serializing_if = "is_false")]
    pub approved: bool,
    /// Until when the browser may come back.
    #[serde(rename = "e")]
    pub expires: u64,
    /// Seed of nonce and verifier, each without a hint at the other.
    #[serde(rename = "s")]
    seed: String,
}

impl Login {
    /// Expected in the id_token (OpenID Connect Core section 3.1.2.1).
    #[must_use]
    pub fn nonce(&self) -> String {
        sha256(&["nonce ", &self.seed].concat())
    }

    /// Of PKCE towards the provider.
    fn verifier(&self) -> String {
        sha256(&["verifier ", &self.seed].concat())
    }
}

/// Why a sign-in could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotStarted {
    /// The request does not fit a cookie, which would have this many bytes.
    TooLong(usize),
    /// The provider's endpoints are not known: its discovery failed.
    Unreachable,
}

/// Start of a sign-in.
pub(crate) struct Start<'a> {
    /// Of the request that leads to it.
    pub(crate) headers: &'a HeaderMap,
    /// See [`Login::approved`].
    pub(crate) approved: bool,
    /// The cookie of the page that it comes from, which ends.
    pub(crate) ending: Option<&'a str>,
    /// Path and query to return to, for [`Target::Route`]; for [`Target::Connections`] what follows its path; empty for
    /// others.
    pub(crate) address: &'a str,
}

/// Sends the browser to the identity provider.
pub(crate) fn start(
    oauth: &mut OAuthContext<'_>,
    from: &Start<'_>,
    target: Target,
) -> Result<Reply, NotStarted> {
    let endpoints = oauth.provider.endpoints.as_ref().ok_or(NotStarted::Unreachable)?;
    let state = attempts::state(oauth);
    let login = Login {
        target,
        approved: from.approved,
        expires: oauth.now + ATTEMPT_TTL,
        seed: attempts::secret(oauth),
    };
    let texts = match &login.target {
        Target::Client(authorization) => authorization.texts(),
        Target::Connections | Target::Route => from.address.to_owned(),
    };
    let value = attempts::seal(oauth, Purpose::Login, &state, &login, &texts);
    let name = attempts::login_cookie(oauth, &state).expect("our own state names a cookie");
    let cookie = cookie::set(&name, &value, ATTEMPT_TTL);
    if let Some(length) = cookie::oversize(&cookie) {
        return Err(NotStarted::TooLong(length));
    }
    let sent = Sent {
        origin: oauth.origin,
        state: &state,
        nonce: login.nonce(),
        verifier: login.verifier(),
    };
    let url = authorization_url(&oauth.config.identity, oauth.provider, endpoints, sent);
    let mut reply = reply::redirect(url.as_str());
    for cookie in attempts::make_room(oauth, from.headers, from.ending).into_iter().chain([cookie])
    {
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(reply)
}

/// RFC 9207: an issuer in the answer must be the one that was asked, and a provider that says that
/// it names itself must do so.
pub(crate) fn check_issuer(
    oauth: &OAuthContext<'_>,
    issuer: Option<&str>,
) -> Result<(), OAuthError> {
    let is_right = match issuer {
        Some(issuer) => constant_time_eq(issuer.as_bytes(), oauth.provider.issuer.as_bytes()),
        None => !oauth.provider.endpoints.as_ref().is_some_and(|known| known.names_issuer),
    };
    if is_right {
        return Ok(());
    }
    Err(OAuthError::new("server_error", "The answer came from another identity provider")
        .because(Reason::UpstreamIssuer))
}

/// The request that exchanges the code with which the browser came back.
pub(crate) fn token_request(
    oauth: &OAuthContext<'_>,
    login: &Login,
    code: &str,
) -> Result<http::Request<Vec<u8>>, OAuthError> {
    let endpoints = oauth.provider.endpoints.as_ref().ok_or_else(unreachable)?;
    let redirect_uri = redirect_uri(oauth.origin);
    code_request(oauth.provider, endpoints, &redirect_uri, code, &login.verifier())
        .ok_or_else(|| OAuthError::new("server_error", "The code exchange could not be prepared"))
}

/// The error for a provider that cannot be reached.
pub(crate) fn unreachable() -> OAuthError {
    OAuthError::new(
        "temporarily_unavailable",
        "The identity provider could not be reached; try again",
    )
    .because(Reason::UpstreamUnavailable)
}
