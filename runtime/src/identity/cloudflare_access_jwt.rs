//! Cloudflare Access in front of the Worker: its signed assertion comes with each request.

use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, Request};
use toolgate_config::Config;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::paths::CALLBACK_PATH;
use toolgate_core::reply::Reply;
use toolgate_core::upstream::assertion;
use toolgate_core::upstream::provider::{Provider, SetupError};
use toolgate_policy::{Caller, Vars};

use super::keys::{self, Source};
use super::unavailable;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::ports::identity_provider::{IdentityProvider, Unvouched};

/// The protocol.
#[derive(Debug)]
pub struct CloudflareAccessJwt;

impl IdentityProvider for CloudflareAccessJwt {
    fn resolve(
        &self,
        config: &Config,
        vars: &dyn Vars,
        origin: &str,
    ) -> Result<Provider, SetupError> {
        assertion::resolve(config, vars, origin)
    }

    fn identify<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        returned: &'a Returned,
        request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Identified, Box<Reply>>> {
        Box::pin(identify(oauth, returned, request))
    }

    fn vouch<'a>(
        &'a self,
        config: &'a Config,
        provider: &'a Provider,
        headers: &'a HeaderMap,
    ) -> LocalBoxFuture<'a, Option<Result<Caller, Unvouched>>> {
        Box::pin(vouch(config, provider, headers))
    }
}

async fn identify(
    oauth: &OAuthContext<'_>,
    returned: &Returned,
    request: &Request<Vec<u8>>,
) -> Result<Identified, Box<Reply>> {
    let Some(token) = assertion::of(request.headers()) else {
        log_error!("sign-in failed: no assertion; is {CALLBACK_PATH} behind Cloudflare Access?");
        return Err(Box::new(returned.refuse_identity(oauth, Reason::AccessAssertion)));
    };
    let verdict =
        keys::verify(oauth.provider, oauth.now, Source::Request, token, assertion::prepare)
            .await
            .map_err(|error| unavailable(oauth, returned, "the certificates of Access", &error))?
            .and_then(|claims| assertion::verify(oauth.config, oauth.provider, claims, oauth.now));
    match verdict {
        Ok(caller) => Ok(Identified { caller, upstream: None }),
        Err(rejection) => {
            log_error!("sign-in refused: the assertion: {rejection}");
            Err(Box::new(returned.refuse_identity(oauth, Reason::AccessAssertion)))
        }
    }
}

async fn vouch(
    config: &Config,
    provider: &Provider,
    headers: &HeaderMap,
) -> Option<Result<Caller, Unvouched>> {
    if !assertion::is_present(headers) {
        return None;
    }
    let Some(token) = assertion::of(headers).filter(|_| !assertion::is_cross_site(headers)) else {
        return Some(Err(Unvouched::Refused));
    };
    let now = now();
    let verdict = keys::verify(provider, now, Source::Request, token, assertion::prepare).await;
    let verdict = verdict
        .map(|verdict| verdict.and_then(|claims| assertion::verify(config, provider, claims, now)));
    Some(match verdict {
        Ok(Ok(caller)) => Ok(caller),
        Ok(Err(rejection)) => {
            log_error!("an assertion of Cloudflare Access was refused: {rejection}");
            Err(Unvouched::Refused)
        }
        Err(error) => {
            log_error!("the certificates of Cloudflare Access: {error}");
            Err(Unvouched::Unavailable)
        }
    })
}
