//! The trait of calls in the person's name.

use std::fmt;

use futures_util::future::LocalBoxFuture;
use http::HeaderMap;
use toolgate_config::Protocol;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::secret::Secret;

use crate::platform::bindings::Env;
use crate::ports::app::App;
use crate::ports::principal::{Credential, Principal};

/// Calls in the person's name, as the Worker and its functions see them.
pub trait AsCaller {
    /// What such calls of a request will go by. `grant` is that of its token.
    fn credential(
        &self,
        app: &App,
        headers: &HeaderMap,
        grant: Option<&(GrantKey, u64)>,
    ) -> Option<Credential>;

    /// The person's token; another one than a host has `refused`, if there may be one. What is begun here
    /// has to go to its end, whatever becomes of the call.
    fn token(
        &self,
        app: &'static App,
        env: Env,
        principal: Principal,
        refused: Option<UpstreamToken>,
    ) -> LocalBoxFuture<'static, Result<UpstreamToken, NoToken>>;
}

/// A person's token for other servers. It does not print.
#[derive(Clone)]
pub struct UpstreamToken {
    /// The header that carries it.
    pub(crate) header: &'static str,
    /// The text in front of it there.
    pub(crate) scheme: &'static str,
    pub(crate) text: Secret,
    /// True if there may be another one where a host refuses it.
    pub(crate) can_renew: bool,
}

impl UpstreamToken {
    /// The token as its kind of provider has it carried.
    pub(crate) fn new(protocol: Protocol, text: &str, can_renew: bool) -> Self {
        let (header, scheme) = match protocol {
            // An application behind Access takes the assertion of another one there.
            Protocol::AccessAssertion => ("cf-access-token", ""),
            _ => ("authorization", "Bearer "),
        };
        Self { header, scheme, text: Secret::new(text), can_renew }
    }
}

impl fmt::Debug for UpstreamToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpstreamToken(…)")
    }
}

/// Why there is no token of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoToken {
    /// The person has to sign in again.
    SignInAgain,
    /// The identity provider has ended the sign-in, for this reason, and so has the grant.
    Ended(Reason),
    /// The identity provider gives this server no token for the API, whoever calls.
    NotSetUp,
    /// The request came past Cloudflare Access.
    NotAsserted,
    /// The identity provider, or the storage, does not answer now.
    Unavailable,
}
