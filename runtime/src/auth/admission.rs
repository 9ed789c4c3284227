//! Lets requests to the MCP routes in.

use futures_util::future::LocalBoxFuture;
use http::StatusCode;
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::oauth::{bearer, callback};
use toolgate_core::reply::{self, Reply};

use crate::auth::grants;
use crate::auth::setup::{self, Setup};
use crate::platform::console::log_error;
use crate::platform::now;
use crate::ports::app::App;
use crate::ports::identity_provider::Unvouched;
use crate::ports::principal::{Admitted, Principal};
use crate::ports::request_context::RequestContext;

/// Lets in the holder of an access token whose grant still stands, and whoever the provider in
/// front of the Worker vouches for. Boxed, since it is reached from more than one route.
pub(crate) fn authenticate<'a>(
    request: &'a RequestContext<'a>,
    head: &'a http::Request<()>,
) -> LocalBoxFuture<'a, Result<Admitted, Box<Reply>>> {
    if let Some(personal) = request.app.personal
        && let Some(admitted) = (personal.admit)(request, head)
    {
        return admitted;
    }
    Box::pin(async move {
        let setup = setup::setup(request)
            .map_err(|error| Box::new(setup::not_configured(request, &error, false)))?;
        let RequestContext { origin, .. } = request;
        let path = head.uri().path();
        match bearer::authenticate(&setup.keys, origin, path, head.headers(), now()) {
            Ok(token) => by_token(request, path, token).await,
            Err(refusal) => vouched(request, &setup, head).await.unwrap_or(Err(refusal)),
        }
    })
}

/// Names the sender for the audit trail.
pub(crate) fn note(request: &RequestContext<'_>, principal: &Principal) {
    request.log.person(&principal.subject_key, &principal.caller);
    request.log.client(&principal.caller.client_id);
}

async fn by_token(
    request: &RequestContext<'_>,
    path: &str,
    token: AccessToken,
) -> Result<Admitted, Box<Reply>> {
    let stands = grants::stands(request, &token).await;
    let AccessToken { caller, address, issued, expires, .. } = token;
    let principal =
        Principal { caller, subject_key: address.subject_key.clone(), expires, credential: None };
    note(request, &principal);
    match stands {
        Ok(true) => Ok(Admitted { principal, grant: Some((address, issued)) }),
        Ok(false) => Err(Box::new(bearer::revoked(&request.origin, path))),
        Err(error) => {
            log_error!("storage failed: {error}");
            Err(unavailable("The storage did not answer; try again."))
        }
    }
}

/// The caller by the word of what stands in front of the Worker. A token that we made decides by
/// itself, and one that is over is not made good by anything else; Access forwards its own tokens,
/// which say nothing to us.
async fn vouched(
    request: &RequestContext<'_>,
    setup: &Setup,
    head: &http::Request<()>,
) -> Option<Result<Admitted, Box<Reply>>> {
    let App { config, identity, .. } = request.app;
    let verdict = identity.vouch(config, &setup.provider, head.headers()).await?;
    if bearer::is_ours(&setup.keys, &request.origin, head.headers()) {
        return None;
    }
    Some(match verdict {
        Ok(caller) => {
            let subject_key = callback::subject_key(&setup.keys, &setup.provider, &caller.subject);
            let expires = now() + u64::from(config.tokens.access_token_ttl);
            let principal = Principal { caller, subject_key, expires, credential: None };
            note(request, &principal);
            Ok(Admitted { principal, grant: None })
        }
        Err(Unvouched::Refused) => {
            Err(Box::new(bearer::not_asserted(&request.origin, head.uri().path())))
        }
        Err(Unvouched::Unavailable) => {
            Err(unavailable("The keys of Cloudflare Access could not be had; try again."))
        }
    })
}

pub(crate) fn unavailable(why: &str) -> Box<Reply> {
    Box::new(reply::text(StatusCode::SERVICE_UNAVAILABLE, why))
}
