//! OpenID Connect: the code is exchanged for an id_token, whose signature is verified.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_config::Config;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::callback::{GrantSubject, Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::provider::{Endpoints, Provider, SetupError};
use toolgate_core::upstream::tokens::{self, Tokens};
use toolgate_core::upstream::trouble::{Cause, Trouble, Upstream};
use toolgate_core::upstream::userinfo::{self, Userinfo};
use toolgate_core::upstream::{SignedClaims, login};
use toolgate_policy::{Caller, Vars};

use super::keys::{self, Source};
use super::presets::{Plain, Preset};
use super::unavailable;
use crate::http::fetch;
use crate::platform::console::log_error;
use crate::ports::identity_provider::{IdentityProvider, Kept};

/// The protocol, at addresses that are known.
#[derive(Debug)]
pub struct CloudflareAccess;

impl IdentityProvider for CloudflareAccess {
    fn resolve(
        &self,
        config: &Config,
        vars: &dyn Vars,
        origin: &str,
    ) -> Result<Provider, SetupError> {
        Provider::access(config, vars, origin)
    }

    fn identify<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        returned: &'a Returned,
        request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Identified, Box<Reply>>> {
        Box::pin(identify(&Plain, oauth, returned, request))
    }

    fn confirm<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        holder: &'a GrantSubject,
        kept: &'a Kept,
    ) -> LocalBoxFuture<'a, Result<Option<Identified>, Trouble>> {
        Box::pin(confirm(&Plain, oauth, oauth.provider, holder, kept))
    }
}

pub(super) async fn identify(
    preset: &impl Preset,
    oauth: &OAuthContext<'_>,
    returned: &Returned,
    request: &Request<Vec<u8>>,
) -> Result<Identified, Box<Reply>> {
    let tokens = exchange(oauth, returned, request).await?;
    let Some(id_token) = &tokens.id_token else {
        log_error!("sign-in failed: the token endpoint gave no id_token");
        return Err(Box::new(returned.refuse_identity(oauth, Reason::UpstreamNoIdToken)));
    };
    let signed =
        keys::verify(oauth.provider, oauth.now, Source::Provider, id_token, id_token::prepare)
            .await
            .map_err(|error| unavailable(oauth, returned, "the JWKS", &error))?;
    let verdict = match signed {
        Ok(mut claims) => {
            preset.add_groups(oauth, &mut claims, &tokens).await;
            returned.verify(oauth, claims)
        }
        Err(rejection) => Err(rejection),
    };
    match verdict {
        Ok(caller) => {
            Ok(Identified { caller, upstream: tokens.keep_for(&oauth.config.identity, oauth.now) })
        }
        Err(rejection) => {
            log_error!("sign-in refused: the id_token: {rejection}");
            Err(Box::new(returned.refuse_identity(oauth, Reason::from(&rejection))))
        }
    }
}

/// Exchanges the code with which the browser came back.
pub(super) async fn exchange(
    oauth: &OAuthContext<'_>,
    returned: &Returned,
    request: &Request<Vec<u8>>,
) -> Result<Tokens, Box<Reply>> {
    let exchange = returned.exchange(oauth, request)?;
    let answer = fetch::send(exchange)
        .await
        .map_err(|error| unavailable(oauth, returned, "the token endpoint", &error))?;
    returned.tokens(oauth, &answer).map_err(|refusal| {
        log_error!("sign-in failed: the token endpoint: {}", refusal.1);
        Box::new(refusal.0)
    })
}

/// By a refresh token the provider decides anew, and tells of the person in an id_token or at the
/// userinfo endpoint. Without one, userinfo is asked while the access token lives.
pub(super) async fn confirm(
    preset: &impl Preset,
    oauth: &OAuthContext<'_>,
    provider: &Provider,
    holder: &GrantSubject,
    kept: &Kept,
) -> Result<Option<Identified>, Trouble> {
    let (Some(upstream), Some(endpoints)) = (&holder.upstream, &provider.endpoints) else {
        return Ok(None);
    };
    match upstream {
        Upstream::Refresh(token) => {
            let tokens = refresh(provider, token).await?;
            kept.replace(tokens.keep_for(&oauth.config.identity, oauth.now));
            let caller = match verify_again(preset, oauth, provider, holder, &tokens).await? {
                Some(caller) => caller,
                None => ask_userinfo(oauth, provider, endpoints, holder, &tokens.access_token)
                    .await?
                    .unwrap_or_else(|| holder.caller.clone()),
            };
            Ok(Some(Identified { caller, upstream: None }))
        }
        Upstream::Access { expires: Some(expires), .. } if *expires <= oauth.now => Ok(None),
        Upstream::Access { token, .. } => {
            let caller = ask_userinfo(oauth, provider, endpoints, holder, token).await?;
            Ok(caller.map(|caller| Identified { caller, upstream: None }))
        }
    }
}

/// Gets new tokens by a refresh token.
pub(super) async fn refresh(provider: &Provider, token: &str) -> Result<Tokens, Trouble> {
    let request = login::refresh_request(provider, token).ok_or_else(|| {
        Trouble::Failed(Cause::Unreadable, "the token fits no request".to_owned())
    })?;
    tokens::read(&ask(request).await?)
}

/// The person of the id_token that came with a refresh; `None` where there came none.
async fn verify_again(
    preset: &impl Preset,
    oauth: &OAuthContext<'_>,
    provider: &Provider,
    holder: &GrantSubject,
    tokens: &Tokens,
) -> Result<Option<Caller>, Trouble> {
    let Some(id_token) = &tokens.id_token else { return Ok(None) };
    let (subject, nonce) = (&holder.caller.subject, &holder.nonce);
    let verdict = match signed(oauth, provider, "the id_token", id_token).await? {
        Ok(mut claims) => {
            preset.add_groups(oauth, &mut claims, tokens).await;
            id_token::verify_again(oauth.config, provider, claims, subject, nonce, oauth.now)
        }
        Err(rejection) => Err(rejection),
    };
    verdict.map(Some).map_err(|rejection| {
        Trouble::Ended(Reason::from(&rejection), format!("the id_token: {rejection}"))
    })
}

/// The claims of a token that the provider just sent, if it signed them.
async fn signed(
    oauth: &OAuthContext<'_>,
    provider: &Provider,
    what: &str,
    token: &str,
) -> Result<Result<SignedClaims, Rejection>, Trouble> {
    match keys::verify(provider, oauth.now, Source::Provider, token, id_token::prepare).await {
        Err(error) => Err(Trouble::Failed(Cause::Unavailable, format!("the JWKS: {error}"))),
        // The provider has renewed its keys, and they may not be fetched again yet.
        Ok(Err(rejection @ (Rejection::UnknownKey | Rejection::AmbiguousKey))) => {
            Err(Trouble::Failed(Cause::UnknownKey, format!("{what}: {rejection}")))
        }
        Ok(verdict) => Ok(verdict),
    }
}

async fn ask_userinfo(
    oauth: &OAuthContext<'_>,
    provider: &Provider,
    endpoints: &Endpoints,
    holder: &GrantSubject,
    token: &str,
) -> Result<Option<Caller>, Trouble> {
    let Some(url) = &endpoints.userinfo_url else { return Ok(None) };
    let Some(request) = userinfo::request(url, token) else { return Ok(None) };
    let answer = ask(request).await?;
    let claims = match Userinfo::read(&answer)? {
        Userinfo::Plain(claims) => claims,
        Userinfo::Signed(token) => {
            let claims = signed(oauth, provider, "userinfo", token)
                .await?
                .map_err(|rejection| userinfo::refused(&rejection))?;
            userinfo::signed(provider, claims)?
        }
    };
    userinfo::read(oauth.config, provider, &holder.caller.subject, claims).map(Some)
}

/// Sends a request of a re-check, or of one for a call in the person's name.
pub(crate) async fn ask(request: Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Trouble> {
    fetch::send(request)
        .await
        .map_err(|error| Trouble::Failed(Cause::Unavailable, error.to_string()))
}
