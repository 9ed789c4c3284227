//! The resource server: bearer tokens on the MCP endpoints (RFC 6750, RFC 9728).

use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::oauth::gate::{MCP_PATH, SSE_PATH, resource};
use crate::oauth::scope;
use crate::oauth::token::AccessToken;
use crate::reply::{self, Reply};
use crate::seal::{Keyring, Purpose};

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
    let refuse = |why| Box::new(unauthorized(origin, path, why));
    let presented = bearer(headers)
        .map_err(|()| refuse(Some("The Authorization header must be a single Bearer token")))?;
    let presented = presented.ok_or_else(|| refuse(None))?;
    let token: AccessToken = keys
        .open(Purpose::AccessToken, origin, presented)
        .ok_or_else(|| refuse(Some("The access token is not valid")))?;
    if token.expires <= now {
        return Err(refuse(Some("The access token has expired")));
    }
    if token.resource != origin && token.resource != resource(origin, path) {
        return Err(refuse(Some("The access token is for another resource")));
    }
    Ok(token)
}

/// The `401` for a token whose grant is over.
#[must_use]
pub fn revoked(origin: &str, path: &str) -> Reply {
    unauthorized(origin, path, Some("The access token was revoked"))
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ()> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(());
    }
    let (scheme, token) = value.to_str().map_err(|_| ())?.split_once(' ').ok_or(())?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Err(()) }
}

/// Without a token the challenge has no `error` (RFC 6750 section 3.1).
fn unauthorized(origin: &str, path: &str, why: Option<&str>) -> Reply {
    let path = if path == MCP_PATH { MCP_PATH } else { SSE_PATH };
    let metadata = format!("{origin}/.well-known/oauth-protected-resource{path}");
    let mut challenge = String::from("Bearer ");
    if let Some(why) = why {
        challenge.push_str(&format!("error=\"invalid_token\", error_description=\"{why}\", "));
    }
    challenge.push_str(&format!("resource_metadata=\"{metadata}\", scope=\"{}\"", scope::TOOLS));
    let description = why.unwrap_or("Sign in: this server needs an access token");
    let mut reply = reply::json(
        StatusCode::UNAUTHORIZED,
        &json!({ "error": "invalid_token", "error_description": description }),
    );
    if let Ok(value) = HeaderValue::try_from(challenge) {
        reply.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    reply
}
