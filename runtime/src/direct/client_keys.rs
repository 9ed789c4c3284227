//! Clients of `mcp.toml` that prove themselves by their keys (`private_key_jwt`), or by the secret before the present
//! one.

use futures_util::future::{LocalBoxFuture, ready};
use http::Request;
use toolgate_config::KnownClient;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::assertion::{self, AssertionError};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::credentials::Authenticated;
use toolgate_core::oauth::direct::Refusal;
use toolgate_core::oauth::direct::known::{self, Presented};
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::params::Params;
use toolgate_core::paths::TOKEN_PATH;

use super::keys::{self, Source};
use super::used;
use crate::platform::EnvVars;
use crate::platform::console::log_error;
use crate::platform::signature;
use crate::ports::feature::ClientKeys;
use crate::ports::request_context::RequestContext;

/// The check of what they present.
pub static CLIENT_KEYS: ClientKeys = ClientKeys { check };

fn check<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    params: &'a Params,
) -> Option<LocalBoxFuture<'a, Result<Authenticated, OAuthError>>> {
    let vars = EnvVars(request.env);
    match known::presented(oauth.config, &vars, http_request.headers(), params).transpose()? {
        Ok(Presented::Assertion(known, jwt)) => Some(Box::pin(verify(request, oauth, known, jwt))),
        Ok(Presented::Done(client)) => Some(Box::pin(ready(Ok(client)))),
        Err(error) => Some(Box::pin(ready(Err(error)))),
    }
}

async fn verify(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    known: &KnownClient,
    jwt: String,
) -> Result<Authenticated, OAuthError> {
    let claims = match known::inline_keys(known, oauth.now) {
        Some(keys) => {
            let prepared = assertion::prepare(&keys, &jwt).map_err(AssertionError::from)?;
            signature::conclude(prepared).await.map_err(AssertionError::from)?
        }
        None => {
            let jwks_uri = known.jwks_uri.as_deref();
            let source = Source { issuer: &known.id, jwks_uri, origin: oauth.origin };
            keys::verify(&source, &jwt, assertion::prepare).await.map_err(refused)?
        }
    };
    let token_endpoint = [oauth.origin, TOKEN_PATH].concat();
    assertion::verify(claims, &known.id, &[oauth.origin, &token_endpoint], oauth.now)?;
    if let Some(used) = known::used(known, &jwt) {
        match used::use_up(request, &used).await {
            Ok(true) => {}
            Ok(false) => return Err(AssertionError::Claim("jti").into()),
            Err(error) => {
                log_error!("storage failed: {error}");
                let text = "The storage did not answer; try again";
                return Err(OAuthError::new("temporarily_unavailable", text)
                    .because(Reason::StorageUnavailable));
            }
        }
    }
    Ok(known::proven(known))
}

fn refused(refusal: Refusal) -> OAuthError {
    match refusal {
        Refusal::Other(error) => error,
        Refusal::Assertion("kid" | "keys") => AssertionError::UnknownKey.into(),
        Refusal::Assertion("alg") => AssertionError::Algorithm.into(),
        Refusal::Assertion("form") => AssertionError::Malformed.into(),
        Refusal::Assertion(_) => AssertionError::Signature.into(),
    }
}
