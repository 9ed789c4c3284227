//! `provider = "none"`: nobody signs in, and every program on this very machine is let in.

use futures_util::future::{LocalBoxFuture, ready};
use http::{HeaderMap, Request};
use toolgate_config::Config;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;
use toolgate_core::upstream::nobody;
use toolgate_core::upstream::provider::{Provider, SetupError};
use toolgate_policy::{Caller, Vars};

use crate::ports::identity_provider::{IdentityProvider, Unvouched};

/// The absence of a protocol.
#[derive(Debug)]
pub struct Nobody;

impl IdentityProvider for Nobody {
    fn resolve(
        &self,
        _config: &Config,
        _vars: &dyn Vars,
        origin: &str,
    ) -> Result<Provider, SetupError> {
        nobody::resolve(origin)
    }

    fn identify<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        returned: &'a Returned,
        _request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Identified, Box<Reply>>> {
        Box::pin(ready(Err(Box::new(returned.refuse_identity(oauth, Reason::AccessAssertion)))))
    }

    fn vouch<'a>(
        &'a self,
        _config: &'a Config,
        _provider: &'a Provider,
        _headers: &'a HeaderMap,
    ) -> LocalBoxFuture<'a, Option<Result<Caller, Unvouched>>> {
        Box::pin(ready(Some(Ok(nobody::caller()))))
    }
}
