//! Any OpenID provider: its addresses come from its discovery document, which each isolate keeps
//! for a while.

use std::cell::RefCell;

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_config::Config;
use toolgate_core::limits::{DISCOVERY_MAX_AGE, DISCOVERY_RETRY, DISCOVERY_TTL};
use toolgate_core::oauth::callback::{GrantSubject, Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;
use toolgate_core::upstream::discovery;
use toolgate_core::upstream::provider::{Endpoints, Provider, SetupError};
use toolgate_core::upstream::trouble::{Cause, Trouble};
use toolgate_policy::Vars;

use crate::http::fetch;
use crate::identity::cloudflare_access;
use crate::identity::presets::Preset;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::platform::within::within;
use crate::ports::identity_provider::{IdentityProvider, Kept};

/// The protocol, at addresses that are to be discovered, with the peculiarities of a preset.
#[derive(Debug)]
pub struct Oidc<P>(pub(super) P);

impl<P: Preset + Sync + std::fmt::Debug> IdentityProvider for Oidc<P> {
    fn resolve(
        &self,
        config: &Config,
        vars: &dyn Vars,
        origin: &str,
    ) -> Result<Provider, SetupError> {
        let provider = discovery::resolve(config, vars, origin)?;
        Ok(Provider { peculiarities: self.0.peculiarities(), ..provider })
    }

    fn locate<'a>(
        &'a self,
        provider: &'a Provider,
        origin: &'a str,
    ) -> LocalBoxFuture<'a, Option<Provider>> {
        Box::pin(locate(&self.0, provider, origin))
    }

    fn identify<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        returned: &'a Returned,
        request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Identified, Box<Reply>>> {
        Box::pin(cloudflare_access::identify(&self.0, oauth, returned, request))
    }

    fn confirm<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        holder: &'a GrantSubject,
        kept: &'a Kept,
    ) -> LocalBoxFuture<'a, Result<Option<Identified>, Trouble>> {
        Box::pin(async move {
            if holder.upstream.is_none() {
                return Ok(None);
            }
            let provider = locate(&self.0, oauth.provider, oauth.origin).await;
            let provider = provider.ok_or_else(|| {
                Trouble::Failed(Cause::Unavailable, "discovery: no answer".to_owned())
            })?;
            cloudflare_access::confirm(&self.0, oauth, &provider, holder, kept).await
        })
    }
}

/// The endpoints that were discovered of one issuer, and when.
#[derive(Clone)]
struct Known {
    issuer: String,
    endpoints: Option<(Endpoints, u64)>,
    /// When it was asked last.
    asked: u64,
}

/// Seconds that a discovery is waited for whose last answer still serves.
const DISCOVERY_PATIENCE: u64 = 2;

thread_local! {
    static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
}

/// The provider with its endpoints: from the cache, or else asked for. What was discovered before
/// bridges an outage.
async fn locate(preset: &impl Preset, provider: &Provider, origin: &str) -> Option<Provider> {
    let now = now();
    let known = KNOWN.with_borrow(Clone::clone).filter(|known| known.issuer == provider.issuer);
    let discovered = known.as_ref().and_then(|known| known.endpoints.clone());
    let is_fresh = discovered.as_ref().is_some_and(|(_, at)| now < at + DISCOVERY_TTL);
    let may_ask = known.is_none_or(|known| now >= known.asked + DISCOVERY_RETRY);
    let discovered = if is_fresh || !may_ask {
        discovered
    } else {
        // A re-check has five seconds for everything: what is known bridges a silence, too.
        let asking = fetch(preset, provider, origin);
        let answer = match &discovered {
            Some((_, at)) if now < at + DISCOVERY_MAX_AGE => within(DISCOVERY_PATIENCE, asking)
                .await
                .unwrap_or_else(|| Err(format!("no answer within {DISCOVERY_PATIENCE} s"))),
            _ => asking.await,
        };
        let fetched = match answer {
            Ok(endpoints) => Some((endpoints, now)),
            Err(error) => {
                log_error!("the discovery of the identity provider failed: {error}");
                discovered
            }
        };
        let issuer = provider.issuer.clone();
        KNOWN.set(Some(Known { issuer, endpoints: fetched.clone(), asked: now }));
        fetched
    };
    let (endpoints, _) = discovered.filter(|(_, at)| now < at + DISCOVERY_MAX_AGE)?;
    Some(Provider { endpoints: Some(endpoints), ..provider.clone() })
}

async fn fetch(
    preset: &impl Preset,
    provider: &Provider,
    origin: &str,
) -> Result<Endpoints, String> {
    let request = discovery::request(&provider.issuer).ok_or("the issuer is no address")?;
    let answer = fetch::send(request).await.map_err(|error| error.to_string())?;
    let endpoints = discovery::read(&preset.document_issuer(&provider.issuer), origin, &answer)?;
    Ok(preset.known_endpoints(endpoints))
}
