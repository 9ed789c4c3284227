//! `private_key_jwt`: a client proves itself by a JWT that it signed (RFC 7523 section 2.2).
//!
//! A `jti` is asked for. Of a client with a metadata document it is not remembered: such an assertion gives nothing
//! by itself. The code, refresh token or ID-JAG beside it is single-use, and whoever could replay both could have
//! used them first. A client of `mcp.toml` may get a token by its assertion alone, so each is good once
//! ([`known::used`](crate::oauth::direct::known::used)).

use std::fmt;

use serde_json::{Map, Value};

use crate::audit::Reason;
use crate::limits::{ASSERTION_LEEWAY, ASSERTION_TTL, MAX_ASSERTION, MAX_ASSERTION_KEYS};
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::upstream::id_token::Rejection;
use crate::upstream::jwks::Jwks;
use crate::upstream::jws::Unverified;
use crate::upstream::signature::Algorithm;
use crate::upstream::{Prepared, SignedClaims};

/// `client_assertion_type` of a JWT (RFC 7523 section 2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The algorithms accepted, as `token_endpoint_auth_signing_alg_values_supported` lists them.
pub const ALGORITHM_NAMES: [&str; 2] = [ALGORITHMS[0].name(), ALGORITHMS[1].name()];

const ALGORITHMS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];

/// Why an assertion was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssertionError {
    /// Not a JWT, or one that cannot be read.
    Malformed,
    /// `alg` is neither RS256 nor ES256.
    Algorithm,
    /// No key of the client fits: fresh keys may help.
    UnknownKey,
    /// The signature is wrong.
    Signature,
    /// A claim is missing, or not what it must be.
    Claim(&'static str),
}

impl fmt::Display for AssertionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("it is not a readable JWT"),
            Self::Algorithm => f.write_str("its alg is not RS256 or ES256"),
            Self::UnknownKey => f.write_str("no key of the client fits it"),
            Self::Signature => f.write_str("its signature is wrong"),
            Self::Claim(name) => write!(f, "its {name} is missing or wrong"),
        }
    }
}

impl std::error::Error for AssertionError {}

impl From<Rejection> for AssertionError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Algorithm => Self::Algorithm,
            Rejection::UnknownKey => Self::UnknownKey,
            Rejection::Signature => Self::Signature,
            _ => Self::Malformed,
        }
    }
}

impl From<AssertionError> for OAuthError {
    fn from(error: AssertionError) -> Self {
        Self::invalid_client(format!("The client_assertion was refused: {error}"))
            .because(Reason::ClientAssertion)
    }
}

/// The assertion of a request, if it has one.
pub(crate) fn read(params: &Params) -> Result<Option<&str>, OAuthError> {
    match (params.get("client_assertion_type"), params.get("client_assertion")) {
        (None, None) => Ok(None),
        (Some(TYPE), Some(jwt)) if jwt.len() <= MAX_ASSERTION => Ok(Some(jwt)),
        (Some(TYPE), Some(_)) => Err(OAuthError::invalid_client(format!(
            "The client_assertion is longer than {MAX_ASSERTION} bytes"
        ))
        .because(Reason::ClientAssertion)),
        _ => Err(OAuthError::invalid_client(format!(
            "client_assertion needs client_assertion_type {TYPE}, and the other way round"
        ))
        .because(Reason::ClientAssertion)),
    }
}

/// The client that an assertion claims to be of; nothing is proven by it.
pub(crate) fn claimed_client(jwt: &str) -> Option<String> {
    let claims = Unverified::parse(jwt)?.into_claims();
    claims.get("sub").and_then(Value::as_str).map(str::to_owned)
}

/// Finds the keys that an assertion may be signed by.
///
/// # Errors
/// It is not one that can be verified; fresh keys may help against [`Rejection::UnknownKey`].
pub fn prepare<'a>(keys: &'a Jwks, jwt: &'a str) -> Result<Prepared<'a>, Rejection> {
    Prepared::by_any_key(keys, &ALGORITHMS, jwt, MAX_ASSERTION_KEYS)
}

/// Checks the claims of an assertion of this client to one of these audiences.
///
/// # Errors
/// The first rule of RFC 7523 section 3 that it breaks.
pub fn verify(
    claims: SignedClaims,
    client_id: &str,
    audiences: &[&str],
    now: u64,
) -> Result<(), AssertionError> {
    let claims = claims.into_inner();
    for name in ["iss", "sub"] {
        if claims.get(name).and_then(Value::as_str) != Some(client_id) {
            return Err(AssertionError::Claim(name));
        }
    }
    // One audience only: an assertion that is good elsewhere could be brought here from there.
    let audience = match claims.get("aud") {
        Some(Value::Array(list)) if list.len() == 1 => list[0].as_str(),
        Some(Value::String(one)) => Some(one.as_str()),
        _ => None,
    };
    if !audience.is_some_and(|audience| audiences.contains(&audience)) {
        return Err(AssertionError::Claim("aud"));
    }
    if claims.get("jti").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(AssertionError::Claim("jti"));
    }
    check_times(&claims, now)
}

/// `exp` soon, `iat` not in the future, `nbf` as well. Seconds may have a fraction
/// (RFC 7519 section 2).
fn check_times(claims: &Map<String, Value>, now: u64) -> Result<(), AssertionError> {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let (now, leeway, ttl) = (now as f64, ASSERTION_LEEWAY as f64, ASSERTION_TTL as f64);
    let within = |name: &'static str, from: f64, to: f64| {
        let time = claims.get(name).and_then(Value::as_f64).filter(|time| time.is_finite());
        match time {
            Some(time) if from < time && time <= to => Ok(()),
            _ => Err(AssertionError::Claim(name)),
        }
    };
    within("exp", now - leeway, now + ttl + leeway)?;
    within("iat", now - ttl - leeway, now + leeway)?;
    if claims.contains_key("nbf") { within("nbf", 0.0, now + leeway) } else { Ok(()) }
}
