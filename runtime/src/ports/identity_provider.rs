//! The trait of identity providers.

use std::cell::RefCell;

use futures_util::future::{LocalBoxFuture, ready};
use http::{HeaderMap, Request};
use toolgate_config::Config;
use toolgate_core::oauth::callback::{GrantSubject, Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;
use toolgate_core::upstream::provider::{Provider, SetupError};
use toolgate_core::upstream::trouble::{Given, Trouble};
use toolgate_policy::{Caller, Vars};

/// The token that a provider gave to be asked with the next time, as soon as it is known: whatever fails or
/// is given up after that, the token before it may be used up.
pub type Kept = RefCell<Option<Given>>;

/// An identity provider's protocol.
pub trait IdentityProvider: Sync + std::fmt::Debug {
    /// Reads `[identity]` with the Worker's variables. Nothing is waited for.
    ///
    /// # Errors
    /// Everything that is missing, at once.
    fn resolve(
        &self,
        config: &Config,
        vars: &dyn Vars,
        origin: &str,
    ) -> Result<Provider, SetupError>;

    /// The provider with its endpoints, where they have to be asked for first; `None` where there
    /// is nothing more to know, or nobody answered.
    fn locate<'a>(
        &'a self,
        _provider: &'a Provider,
        _origin: &'a str,
    ) -> LocalBoxFuture<'a, Option<Provider>> {
        Box::pin(ready(None))
    }

    /// The person who came back from the sign-in; otherwise the reply that tells why nobody did.
    fn identify<'a>(
        &'a self,
        oauth: &'a OAuthContext<'_>,
        returned: &'a Returned,
        request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Identified, Box<Reply>>>;

    /// Asks the provider again about the holder of a grant; `None` where it gave nothing to ask
    /// with.
    fn confirm<'a>(
        &'a self,
        _gate: &'a OAuthContext<'_>,
        _holder: &'a GrantSubject,
        _kept: &'a Kept,
    ) -> LocalBoxFuture<'a, Result<Option<Identified>, Trouble>> {
        Box::pin(ready(Ok(None)))
    }

    /// The sender of a request to an MCP endpoint without a token of ours, by the word of a provider
    /// that stands in front of the Worker; `None` where none does.
    fn vouch<'a>(
        &'a self,
        _config: &'a Config,
        _provider: &'a Provider,
        _headers: &'a HeaderMap,
    ) -> LocalBoxFuture<'a, Option<Result<Caller, Unvouched>>> {
        Box::pin(ready(None))
    }
}

/// Why the provider in front of the Worker does not vouch for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unvouched {
    /// The request's proof is not good.
    Refused,
    /// Its keys could not be had.
    Unavailable,
}
