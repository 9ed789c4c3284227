//! GitHub: the code is exchanged for an access token, and the API tells whose it is.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_config::Config;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::callback::{GrantSubject, Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;
use toolgate_core::upstream::github::{self, Lookup};
use toolgate_core::upstream::provider::{Provider, SetupError};
use toolgate_core::upstream::trouble::{Cause, Trouble, Upstream};
use toolgate_policy::{Caller, Vars};

use super::unavailable;
use crate::identity::cloudflare_access::{ask, exchange, refresh};
use crate::platform::console::log_error;
use crate::ports::identity_provider::{IdentityProvider, Kept};

/// The protocol.
#[derive(Debug)]
pub struct GitHub;

impl IdentityProvider for GitHub {
    fn resolve(
        &self,
        config: &Config,
        vars: &dyn Vars,
        _origin: &str,
    ) -> Result<Provider, SetupError> {
        github::resolve(config, vars)
    }

    fn identify<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        returned: &'a Returned,
        request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Identified, Box<Reply>>> {
        Box::pin(identify(oauth, returned, request))
    }

    fn confirm<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        holder: &'a GrantSubject,
        kept: &'a Kept,
    ) -> LocalBoxFuture<'a, Result<Option<Identified>, Trouble>> {
        Box::pin(confirm(oauth, holder, kept))
    }
}

async fn identify(
    oauth: &OAuthContext<'_>,
    returned: &Returned,
    request: &Request<Vec<u8>>,
) -> Result<Identified, Box<Reply>> {
    let tokens = exchange(oauth, returned, request).await?;
    match look_up(oauth, &tokens.access_token).await {
        Ok(caller) => Ok(Identified {
            caller,
            upstream: github::keep(&oauth.config.identity, &tokens, oauth.now),
        }),
        Err(Trouble::Failed(Cause::Unavailable | Cause::Timeout, reason)) => {
            Err(unavailable(oauth, returned, "the API", &reason))
        }
        Err(Trouble::Failed(cause, reason)) => {
            log_error!("sign-in failed: the API: {reason}");
            Err(Box::new(returned.refuse_identity(oauth, cause.reason())))
        }
        Err(Trouble::Ended(cause, reason)) => {
            log_error!("sign-in refused: the API: {reason}");
            Err(Box::new(returned.refuse_identity(oauth, cause)))
        }
    }
}

/// Whose token it is, one question after another.
async fn look_up(oauth: &OAuthContext<'_>, access_token: &str) -> Result<Caller, Trouble> {
    let mut lookup = Lookup::new(oauth.config, oauth.provider);
    while let Some(request) = lookup.next(access_token) {
        lookup.take(&ask(request).await?)?;
    }
    if let Some(hint) = lookup.hint() {
        log_error!("{hint}");
    }
    lookup.finish()
}

async fn confirm(
    oauth: &OAuthContext<'_>,
    holder: &GrantSubject,
    kept: &Kept,
) -> Result<Option<Identified>, Trouble> {
    let identified = match &holder.upstream {
        None => return Ok(None),
        // An application whose tokens expire.
        Some(Upstream::Refresh(token)) => {
            let tokens = refresh(oauth.provider, token).await?;
            kept.replace(github::keep(&oauth.config.identity, &tokens, oauth.now));
            Identified { caller: look_up(oauth, &tokens.access_token).await?, upstream: None }
        }
        Some(Upstream::Access { expires: Some(expires), .. }) if *expires <= oauth.now => {
            return Ok(None);
        }
        Some(Upstream::Access { token, .. }) => {
            Identified { caller: look_up(oauth, token).await?, upstream: None }
        }
    };
    if identified.caller.subject == holder.caller.subject {
        Ok(Some(identified))
    } else {
        let reason = "the token belongs to another account".to_owned();
        Err(Trouble::Ended(Reason::UpstreamOtherSubject, reason))
    }
}
