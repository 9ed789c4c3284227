//! The resource server: bearer tokens on the MCP endpoints (RFC 6750, RFC 9728).

use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::audit::{self, Reason};
use crate::limits::ISSUED_LEEWAY;
use crate::oauth::error::OAuthError;
use crate::oauth::token::AccessToken;
use crate::paths::{MCP_PATH, located, metadata, resource};
use crate::reply::{self, Reply};
use crate::scope;
use crate::seal::{Keyring, Purpose};

pub use crate::paths::resource_path;

/// Opens the request's access token for the resource behind `path`.
///
/// # Errors
/// The `401` that tells the client where to sign in.
pub fn authenticate(
    keys: &Keyring,
    origin: &str,
    path: &str,
    headers: &HeaderMap,
    now: u64,
) -> Result<AccessToken, Box<Reply>> {
    let refuse = |reason| Box::new(unauthorized(origin, path, reason));
    let presented = bearer(headers).map_err(|()| refuse(Reason::TokenMalformed))?;
    let presented = presented.ok_or_else(|| refuse(Reason::TokenMissing))?;
    let token: AccessToken = keys
        .open(Purpose::AccessToken, origin, presented)
        .ok_or_else(|| refuse(Reason::TokenInvalid))?;
    check(token, origin, path, now)
}

/// Lets the holder of a token in at the resource behind `path`.
///
/// Inlined, so that a server without personal tokens, which has one caller of it, is not larger by a call.
///
/// # Errors
/// The refusal that tells the client what it needs.
#[inline(always)]
pub(crate) fn check(
    token: AccessToken,
    origin: &str,
    path: &str,
    now: u64,
) -> Result<AccessToken, Box<Reply>> {
    let refuse = |reason| Box::new(unauthorized(origin, path, reason));
    if token.expires <= now {
        return Err(refuse(Reason::TokenExpired));
    }
    // A fresh token is not looked up: one from the future would be fresh until then.
    if token.issued > now + ISSUED_LEEWAY {
        return Err(refuse(Reason::TokenEarly));
    }
    if !is_for(&token.resource, origin, path) {
        return Err(refuse(Reason::TokenOfAnotherResource));
    }
    if !token.caller.scopes.iter().any(|scope| scope == scope::TOOLS) {
        return Err(Box::new(insufficient(origin, path, &token.caller.scopes)));
    }
    Ok(token)
}

/// HTTP+SSE is the old way to what `/mcp` serves: clients that were configured with the one address
/// sign in for it and then fall back to the other. A token for `/sse` alone opens nothing else.
fn is_for(audience: &str, origin: &str, path: &str) -> bool {
    [origin, &resource(origin, MCP_PATH), &resource(origin, path)].contains(&audience)
}

/// The `403` for a token that was narrowed to scopes without [`scope::TOOLS`], with all that it
/// needs (RFC 6750 section 3.1).
fn insufficient(origin: &str, path: &str, scopes: &[String]) -> Reply {
    let has = scopes.iter().map(String::as_str).filter(|scope| *scope != scope::OFFLINE);
    let needed = [scope::TOOLS].into_iter().chain(has).collect::<Vec<_>>().join(" ");
    let error = OAuthError::new("insufficient_scope", "The access token was narrowed too far")
        .because(Reason::ScopeMissing);
    let challenge = format!(
        "Bearer error=\"{}\", error_description=\"{}\", scope=\"{needed}\"",
        error.code,
        error.text()
    );
    refusal(StatusCode::FORBIDDEN, located(&challenge, origin, path), &error)
}

/// True if the request has an access token that this server sealed, good or not.
#[must_use]
pub fn is_ours(keys: &Keyring, origin: &str, headers: &HeaderMap) -> bool {
    let token = bearer(headers).ok().flatten();
    token.is_some_and(|token| {
        keys.open::<AccessToken>(Purpose::AccessToken, origin, token).is_some()
    })
}

/// The `401` for an assertion of Cloudflare Access that is not good.
#[must_use]
pub fn not_asserted(origin: &str, path: &str) -> Reply {
    unauthorized(origin, path, Reason::AccessAssertion)
}

/// The `401` for a token whose grant is over.
#[must_use]
pub fn revoked(origin: &str, path: &str) -> Reply {
    unauthorized(origin, path, Reason::TokenRevoked)
}

/// The token of `Authorization`, `None` without that header, or `Err` where it is not one Bearer
/// token.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ()> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(());
    }
    let (scheme, token) = value.to_str().map_err(|_| ())?.split_once(' ').ok_or(())?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Err(()) }
}

/// The refusal in words.
fn describe(reason: Reason) -> &'static str {
    match reason {
        Reason::TokenMissing => "Sign in: this server needs an access token",
        Reason::TokenMalformed => "The Authorization header must be a single Bearer token",
        Reason::TokenExpired => "The access token has expired",
        Reason::TokenEarly => "The access token was issued later than now",
        Reason::TokenOfAnotherResource => "The access token is for another resource",
        Reason::TokenRevoked => "The access token was revoked",
        Reason::AccessAssertion => "The assertion of Cloudflare Access is not valid",
        _ => "The access token is not valid",
    }
}

/// The `401` for a token that is not one of ours.
pub(crate) fn invalid(origin: &str, path: &str) -> Reply {
    unauthorized(origin, path, Reason::TokenInvalid)
}

/// Without a token the challenge has no `error` (RFC 6750 section 3.1).
fn unauthorized(origin: &str, path: &str, reason: Reason) -> Reply {
    let metadata = metadata(origin, path);
    let error = OAuthError::new("invalid_token", describe(reason)).because(reason);
    let description = error.text();
    let mut challenge = String::from("Bearer ");
    if reason != Reason::TokenMissing {
        challenge
            .push_str(&format!("error=\"invalid_token\", error_description=\"{description}\", "));
    }
    challenge.push_str(&format!("resource_metadata=\"{metadata}\", scope=\"{}\"", scope::TOOLS));
    refusal(StatusCode::UNAUTHORIZED, challenge, &error)
}

fn refusal(status: StatusCode, challenge: String, error: &OAuthError) -> Reply {
    let body = json!({ "error": error.code, "error_description": error.text() });
    let mut reply = reply::json(status, &body);
    if let Ok(value) = HeaderValue::try_from(challenge) {
        reply.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    audit::because(reply, error.reason)
}
