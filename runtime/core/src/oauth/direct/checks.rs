//! What assertions of all kinds are checked for (RFC 7523 section 3).

use http::Request;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::limits::DIRECT_LEEWAY;
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::paths::MCP_PATH;
use crate::seal::sha256;
use crate::upstream::jws::Unverified;

/// `grant_type` of an assertion (RFC 7523 section 2.1).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Seconds that the ids of used assertions are kept together for: an issuer has an object for each hour.
const HOUR: u64 = 3600;

/// Parameters that are secrets, or good for one use: addresses stand in histories and logs.
const CONFIDENTIAL: [&str; 3] = ["assertion", "client_assertion", "client_secret"];

/// An assertion that is used up by this request: no other request with it may succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The name of the object that knows: one for an issuer and the hour of the assertion's end, so that every
    /// use of one assertion meets the same.
    pub object: String,
    /// Tells the assertion from all others.
    pub id: String,
    /// Until when it has to be known, in seconds since 1970.
    pub until: u64,
}

impl Used {
    /// An assertion of this issuer, with the time of its end. `kind` keeps the issuers of one kind of assertion
    /// apart from those of another.
    pub(crate) fn new(kind: &str, issuer: &str, jti: &str, expires: u64) -> Self {
        let until = expires.saturating_add(DIRECT_LEEWAY);
        Self {
            object: format!("{kind}:{issuer}:{}", expires / HOUR),
            id: sha256(&format!("{issuer}\n{jti}")),
            until,
        }
    }
}

/// True if the assertion says that it is an ID-JAG. Nothing is proven by it.
#[must_use]
pub fn is_id_jag(assertion: &str) -> bool {
    Unverified::parse(assertion).is_some_and(|token| token.is_id_jag())
}

/// The assertion of a request.
///
/// # Errors
/// `invalid_request`: it has none.
pub fn assertion(params: &Params) -> Result<&str, OAuthError> {
    params.require("assertion")
}

/// Refuses a request that has a secret in its address.
///
/// # Errors
/// `invalid_request`.
pub fn refuse_query<T>(request: &Request<T>) -> Result<(), OAuthError> {
    let query = Params::query(request);
    if CONFIDENTIAL.iter().any(|name| query.get(name).is_some()) {
        return Err(OAuthError::invalid_request(
            "Send assertions and secrets in the body: addresses stand in logs",
        ));
    }
    Ok(())
}

/// A claim of text that says something.
pub(super) fn text<'a>(
    claims: &'a Map<String, Value>,
    name: &'static str,
) -> Result<&'a str, Refusal> {
    let text = claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or(Refusal::Assertion(name))
}

/// A claim of whole seconds since 1970.
pub(super) fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<u64, Refusal> {
    claims.get(name).and_then(Value::as_u64).ok_or(Refusal::Assertion(name))
}

/// `exp`, `iat` and `nbf` against our own clock; the whole life of the assertion is at most `longest`.
pub(super) fn check_times(
    claims: &Map<String, Value>,
    longest: u64,
    now: u64,
) -> Result<(), Refusal> {
    let (expires, issued) = (seconds(claims, "exp")?, seconds(claims, "iat")?);
    let latest = now + DIRECT_LEEWAY;
    if expires.saturating_add(DIRECT_LEEWAY) <= now {
        return Err(Refusal::Assertion("exp"));
    }
    if issued > latest {
        return Err(Refusal::Assertion("iat"));
    }
    if expires.checked_sub(issued).is_none_or(|life| life == 0 || life > longest) {
        return Err(Refusal::Assertion("lifetime"));
    }
    if claims.contains_key("nbf") && seconds(claims, "nbf")? > latest {
        return Err(Refusal::Assertion("nbf"));
    }
    Ok(())
}

/// The one audience of an assertion. One that is good elsewhere could be brought here from there.
pub(super) fn audience(claims: &Map<String, Value>) -> Result<&str, Refusal> {
    let audience = match claims.get("aud") {
        Some(Value::String(one)) => Some(one.as_str()),
        Some(Value::Array(list)) if list.len() == 1 => list[0].as_str(),
        _ => None,
    };
    audience.ok_or(Refusal::Assertion("aud"))
}

/// Refuses what would bind the assertion to something that is not checked here: it must not be ignored.
pub(super) fn refuse_bound(claims: &Map<String, Value>) -> Result<(), Refusal> {
    match ["cnf", "authorization_details"].into_iter().find(|name| claims.contains_key(*name)) {
        Some(claim) => Err(Refusal::Assertion(claim)),
        None => Ok(()),
    }
}

/// The resource of the token (RFC 8707): of those that the assertion names, the one that is asked for. Where
/// neither names one it is `/mcp`.
pub(super) fn resource(
    oauth: &OAuthContext<'_>,
    params: &Params,
    claim: Option<&Value>,
) -> Result<String, OAuthError> {
    let foreign =
        || OAuthError::new("invalid_target", "resource is not one that the assertion is for");
    let requested = oauth.requested_resource(params)?;
    let own = || oauth.resource(MCP_PATH);
    let named: Vec<&Value> = match claim {
        None => return Ok(requested.unwrap_or_else(own)),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
    };
    let known = |value: &&Value| oauth.known_resource(value.as_str()?);
    let known: Option<Vec<String>> = named.iter().map(known).collect();
    let known = known.filter(|known| !known.is_empty()).ok_or_else(foreign)?;
    match requested {
        // A grant for the whole server may be narrowed (RFC 8707 section 2.2).
        Some(requested) => {
            let fits = |one: &String| *one == requested || one == oauth.origin;
            if known.iter().any(fits) { Ok(requested) } else { Err(foreign()) }
        }
        None if known.contains(&own()) => Ok(own()),
        None => known.into_iter().next().ok_or_else(foreign),
    }
}
