//! Enterprise-Managed Authorization: an ID-JAG becomes an access token.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_config::Config;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::direct::{self, JWT_BEARER, Refusal, id_jag};
use toolgate_core::oauth::metadata::{self, Members};
use toolgate_core::oauth::params::Params;
use toolgate_core::reply::Reply;

use super::give;
use super::keys::{self, Source};
use crate::platform::EnvVars;
use crate::ports::feature::{Authenticate, TokenGrant};
use crate::ports::request_context::RequestContext;

/// Where clients look whether a server takes ID-JAGs.
const PROFILES: &str = "authorization_grant_profiles_supported";

/// The profile of ID-JAGs.
const PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";

/// The grant of ID-JAGs.
pub(crate) const fn enterprise(authenticate: Authenticate) -> TokenGrant {
    TokenGrant { takes, serve, authenticate, describe }
}

/// Whatever says that it is something else is of a workload, where there are any.
fn takes(config: &Config, http_request: &Request<Vec<u8>>) -> bool {
    let params = Params::parse(http_request.body());
    params.get("grant_type") == Some(JWT_BEARER)
        && (config.workloads.is_empty() || params.get("assertion").is_none_or(direct::is_id_jag))
}

fn describe(config: &Config, members: &mut Members) {
    metadata::add(members, "grant_types_supported", &[JWT_BEARER]);
    metadata::add(members, PROFILES, &[PROFILE]);
    metadata::describe_keys(config, members);
}

fn serve<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    authenticate: Authenticate,
) -> LocalBoxFuture<'a, Reply> {
    Box::pin(async move {
        redeem(request, oauth, http_request, authenticate)
            .await
            .unwrap_or_else(|refusal| refusal.into_reply(oauth))
    })
}

async fn redeem(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    authenticate: Authenticate,
) -> Result<Reply, Refusal> {
    direct::refuse_query(http_request)?;
    let params = &Params::form(http_request)?;
    let client = authenticate(request, oauth, http_request, params).await?;
    oauth.log.client(&client.key);
    id_jag::admit(oauth.config, &client)?;
    let assertion = direct::assertion(params)?;
    let issuer = id_jag::issuer(oauth, &client, assertion)?;
    let source = Source {
        issuer: &issuer.issuer,
        jwks_uri: issuer.jwks_uri.as_deref(),
        origin: oauth.origin,
    };
    let prepared = keys::verify(&source, assertion, |keys, jwt| id_jag::prepare(issuer, keys, jwt));
    let claims = prepared.await?;
    let vars = EnvVars(request.env);
    let accepted = id_jag::verify(oauth, &vars, (issuer, &client), params, claims)?;
    give(request, oauth, accepted.direct, Some(accepted.used)).await
}
