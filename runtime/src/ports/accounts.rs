//! Accounts at third parties that people connect, as the Worker and its functions see them.

use std::fmt;

use futures_util::future::LocalBoxFuture;
use toolgate_config::Connection;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::reply::Reply;
use toolgate_core::secret::Secret;

use crate::platform::bindings::Env;
use crate::ports::app::{App, Deployment};
use crate::ports::principal::{Credential, Principal};
use crate::ports::request_context::RequestContext;
use crate::ports::store::Stored;

/// The way to connected accounts. `serve!()` names it where `mcp.toml` has connections, so that no other server
/// contains it.
#[derive(Debug)]
pub struct Accounts {
    /// See [`TokenOf`].
    pub(crate) token: TokenOf,
    /// See [`LinkFor`].
    pub(crate) link: LinkFor,
    /// See [`CredentialOf`].
    pub(crate) credential: CredentialOf,
    /// See [`Serve`].
    pub(crate) serve: Serve,
    /// The number of accounts that the person with a pseudonym has connected.
    pub(crate) count: for<'a> fn(Deployment<'a>, &'a str) -> Stored<'a, usize>,
}

/// Serves the page of connections, which has a list of accounts then, and the pages below it; true for a request that
/// wants the head of the answer only.
pub(crate) type Serve = for<'a> fn(
    &'a RequestContext<'_>,
    &'a mut OAuthContext<'_>,
    &'a http::Request<Vec<u8>>,
    (bool, Page),
) -> LocalBoxFuture<'a, Reply>;

/// Serves the page of connections by itself, with markup of what else is connected.
pub(crate) type Page = for<'a> fn(
    &'a RequestContext<'_>,
    &'a mut OAuthContext<'_>,
    &'a http::Request<Vec<u8>>,
    &'a str,
) -> LocalBoxFuture<'a, Reply>;

/// The token of a person's account; another one than a host has refused, if there may be one. What is begun here has
/// to go to its end, whatever becomes of the call.
pub(crate) type TokenOf = fn(
    &'static App,
    Env,
    Principal,
    &'static Connection,
    Option<AccountToken>,
) -> LocalBoxFuture<'static, Result<AccountToken, NoAccount>>;

/// The address at which a person connects an account for a call; `None` where nobody can tell it now.
pub(crate) type LinkFor = fn(
    &'static App,
    Env,
    Principal,
    &'static Connection,
    AskingCall,
) -> LocalBoxFuture<'static, Option<String>>;

/// What accounts are used under: the grant, with which the person approved it, and when its token was issued.
pub(crate) type CredentialOf = fn(Option<&(GrantKey, u64)>) -> Option<Credential>;

/// A call that needs an account.
pub(crate) struct AskingCall {
    /// Name of its tool.
    pub(crate) tool: &'static str,
    /// The session's object, where its client hears when the person has finished.
    pub(crate) session: Option<String>,
}

/// A token of a connected account. It does not print.
#[derive(Clone)]
pub struct AccountToken {
    pub(crate) text: Secret,
    /// Tells it from the tokens before and after it.
    pub(crate) version: String,
}

impl fmt::Debug for AccountToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountToken(…)")
    }
}

/// Why there is no token of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAccount {
    /// The person approved the client before `mcp.toml` had the connection as it is now.
    NotApproved,
    /// The person has not connected any.
    NotConnected,
    /// The third party has just ended it.
    Ended,
    /// The third party, or the storage of this server, does not answer now.
    Unavailable,
}
