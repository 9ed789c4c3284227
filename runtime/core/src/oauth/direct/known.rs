//! Clients of `mcp.toml` that prove themselves by their keys, or by the secret before the present one.

use http::HeaderMap;
use toolgate_config::{Config, KnownClient};
use toolgate_policy::Vars;

use super::checks::Used;
use crate::audit::Reason;
use crate::oauth::client::{AuthMethod, find_known, key, known_method};
use crate::oauth::credentials::{Authenticated, Credentials};
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::secret::Secret;
use crate::upstream::jwks::Jwks;
use crate::upstream::jws::Unverified;

/// What a client of `mcp.toml` presents.
#[derive(Debug)]
pub enum Presented<'a> {
    /// An assertion, whose signature and claims are to be checked, and then whether it was used before.
    Assertion(&'a KnownClient, String),
    /// Proof enough.
    Done(Authenticated),
}

/// What the client of a request presents that only these clients have; `None` for any other.
///
/// # Errors
/// It proves itself in no way that it may.
pub fn presented<'a>(
    config: &'a Config,
    vars: &dyn Vars,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Option<Presented<'a>>, OAuthError> {
    let credentials = Credentials::read(headers, params)?;
    let Some(known) = find_known(config, credentials.client_id()) else { return Ok(None) };
    if known_method(known) == AuthMethod::PrivateKeyJwt {
        let assertion = credentials.assertion().ok_or_else(|| {
            OAuthError::invalid_client("This client must prove itself by private_key_jwt")
                .because(Reason::ClientAuthMethod)
        })?;
        return Ok(Some(Presented::Assertion(known, assertion.to_owned())));
    }
    let previous = known.previous_secret.as_ref().and_then(|name| vars.var(name));
    // An empty secret is none: the empty password of HTTP Basic would be it.
    let previous = previous.filter(|secret| !secret.is_empty()).map(Secret::new);
    let is_previous = previous.is_some_and(|secret| credentials.has_secret(&secret));
    let done = || Authenticated { key: key(&known.id), method: known_method(known) };
    Ok(is_previous.then(|| Presented::Done(done())))
}

/// The keys of a client that stand in `mcp.toml` itself.
#[must_use]
pub fn inline_keys(known: &KnownClient, now: u64) -> Option<Jwks> {
    Jwks::parse(known.jwks.as_ref()?.as_bytes(), now)
}

/// What uses an assertion up, once its claims are checked. `None` where each is good for more than one request.
#[must_use]
pub fn used(known: &KnownClient, jwt: &str) -> Option<Used> {
    let claims = Unverified::parse(jwt).filter(|_| known.single_use)?.into_claims();
    let jti = claims.get("jti")?.as_str()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was checked")]
    let expires = claims.get("exp")?.as_f64()?.ceil() as u64;
    Some(Used::new("assertion", &known.id, jti, expires))
}

/// A client whose assertion is good.
#[must_use]
pub fn proven(known: &KnownClient) -> Authenticated {
    Authenticated { key: key(&known.id), method: AuthMethod::PrivateKeyJwt }
}
