//! Clients of `mcp.toml` that prove themselves by their keys (`private_key_jwt`).

use futures_util::future::LocalBoxFuture;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::assertion::{self, AssertionError};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::credentials::Authenticated;
use toolgate_core::oauth::direct::Refusal;
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::paths::TOKEN_PATH;
use toolgate_core::upstream::SignedClaims;

use super::keys::{self, Source};
use super::used;
use crate::platform::console::log_error;
use crate::platform::signature;
use crate::ports::direct::ClientKeys;
use crate::ports::request_context::RequestContext;

/// The check of their assertions.
pub static CLIENT_KEYS: ClientKeys = ClientKeys { check };

fn check<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a OAuthContext<'_>,
    (id, jwt): (&'a str, &'a str),
) -> LocalBoxFuture<'a, Result<Authenticated, OAuthError>> {
    Box::pin(async move {
        let (known, inline) =
            assertion::keyed(oauth.config, id, oauth.now).ok_or(AssertionError::UnknownKey)?;
        let claims: SignedClaims = match inline {
            Some(keys) => {
                let prepared = assertion::prepare(&keys, jwt).map_err(AssertionError::from)?;
                signature::conclude(prepared).await.map_err(AssertionError::from)?
            }
            None => {
                let jwks_uri = known.jwks_uri.as_deref();
                let source = Source { issuer: id, jwks_uri, origin: oauth.origin };
                keys::verify(&source, jwt, assertion::prepare).await.map_err(refused)?
            }
        };
        let token_endpoint = [oauth.origin, TOKEN_PATH].concat();
        assertion::verify(claims, id, &[oauth.origin, &token_endpoint], oauth.now)?;
        if let Some(used) = assertion::used(known, jwt) {
            match used::use_up(request, &used).await {
                Ok(true) => {}
                Ok(false) => return Err(AssertionError::Claim("jti").into()),
                Err(error) => {
                    log_error!("storage failed: {error}");
                    return Err(OAuthError::new(
                        "temporarily_unavailable",
                        "The storage did not answer; try again",
                    )
                    .because(Reason::StorageUnavailable));
                }
            }
        }
        Ok(assertion::proven(known))
    })
}

fn refused(refusal: Refusal) -> OAuthError {
    match refusal {
        Refusal::Other(error) => error,
        Refusal::Assertion("kid" | "keys") => AssertionError::UnknownKey.into(),
        Refusal::Assertion("alg") => AssertionError::Algorithm.into(),
        Refusal::Assertion("form") => AssertionError::Malformed.into(),
        Refusal::Assertion(_) | Refusal::Replayed => AssertionError::Signature.into(),
    }
}
