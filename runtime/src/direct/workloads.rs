//! Workload identity: the token of a platform becomes an access token.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_config::Config;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::direct::{self, JWT_BEARER, Refusal, workload};
use toolgate_core::oauth::metadata::{self, Members};
use toolgate_core::oauth::params::Params;
use toolgate_core::reply::Reply;

use super::give;
use super::keys::{self, Source};
use crate::ports::feature::{Authenticate, TokenGrant};
use crate::ports::request_context::RequestContext;

/// The grant of workloads. It stands after that of ID-JAGs, and takes what that one leaves.
pub(crate) const fn workloads(authenticate: Authenticate) -> TokenGrant {
    TokenGrant { takes, serve, authenticate, describe }
}

fn takes(_: &Config, http_request: &Request<Vec<u8>>) -> bool {
    Params::parse(http_request.body()).get("grant_type") == Some(JWT_BEARER)
}

fn describe(_: &Config, members: &mut Members) {
    metadata::add(members, "grant_types_supported", &[JWT_BEARER]);
}

/// No client is asked for: the token of the platform is all the proof.
fn serve<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    _: Authenticate,
) -> LocalBoxFuture<'a, Reply> {
    Box::pin(async move {
        redeem(request, oauth, http_request)
            .await
            .unwrap_or_else(|refusal| refusal.into_reply(oauth))
    })
}

async fn redeem(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Result<Reply, Refusal> {
    direct::refuse_query(http_request)?;
    let params = &Params::form(http_request)?;
    let assertion = direct::assertion(params)?;
    let found = workload::issuer(oauth, assertion)?;
    let source =
        Source { issuer: &found.issuer, jwks_uri: found.jwks_uri.as_deref(), origin: oauth.origin };
    let prepared =
        keys::verify(&source, assertion, |keys, jwt| workload::prepare(found, keys, jwt));
    let claims = prepared.await?;
    let accepted = workload::verify(oauth, &found.issuer, params, claims)?;
    give(request, oauth, accepted.direct, accepted.used).await
}
