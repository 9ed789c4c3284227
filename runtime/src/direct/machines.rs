//! `client_credentials`: clients that call for themselves.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_config::Config;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::direct::{self, Refusal, machine};
use toolgate_core::oauth::metadata::{self, Members};
use toolgate_core::oauth::params::Params;
use toolgate_core::reply::Reply;

use super::give;
use crate::ports::feature::{Authenticate, TokenGrant};
use crate::ports::request_context::RequestContext;

/// The grant of clients that call for themselves.
pub(crate) const fn machines(authenticate: Authenticate) -> TokenGrant {
    TokenGrant { takes, serve, authenticate, describe }
}

fn takes(_: &Config, http_request: &Request<Vec<u8>>) -> bool {
    Params::parse(http_request.body()).get("grant_type") == Some(machine::CLIENT_CREDENTIALS)
}

fn describe(config: &Config, members: &mut Members) {
    metadata::add(members, "grant_types_supported", &[machine::CLIENT_CREDENTIALS]);
    metadata::describe_keys(config, members);
}

fn serve<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    authenticate: Authenticate,
) -> LocalBoxFuture<'a, Reply> {
    Box::pin(async move {
        let given: Result<Reply, Refusal> = async {
            direct::refuse_query(http_request)?;
            let params = &Params::form(http_request)?;
            let client = authenticate(request, oauth, http_request, params).await?;
            oauth.log.client(&client.key);
            let direct = machine::begin(oauth, params, &client)?;
            give(request, oauth, direct, None).await
        }
        .await;
        given.unwrap_or_else(|refusal| refusal.into_reply(oauth))
    })
}
