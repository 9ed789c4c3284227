//! Tokens without a sign-in, as the routes see them.

use futures_util::future::LocalBoxFuture;
use http::Request;
use http::header::HeaderValue;
use toolgate_config::Config;
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::credentials::Authenticated;
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::metadata::Members;
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::person::Person;
use toolgate_core::reply::Reply;

use crate::ports::principal::Admitted;
use crate::ports::request_context::RequestContext;

/// A way to a token at `/token`. `serve!()` names one where `mcp.toml` has a section of it, so that no other server
/// contains it.
#[derive(Debug)]
pub struct TokenGrant {
    /// True for a request that is of it.
    pub(crate) takes: fn(&Config, &Request<Vec<u8>>) -> bool,
    /// Serves such a request, with the next.
    pub(crate) serve: ServeToken,
    /// Tells the client of a request.
    pub(crate) authenticate: Authenticate,
    /// Adds what the authorization server's metadata say of it.
    pub(crate) describe: fn(&Config, &mut Members),
}

/// Serves a request to `/token`.
pub(crate) type ServeToken = for<'a> fn(
    &'a RequestContext<'_>,
    &'a mut OAuthContext<'_>,
    &'a Request<Vec<u8>>,
    Authenticate,
) -> LocalBoxFuture<'a, Reply>;

/// Tells the client of a request, once it has proven to be that client.
pub(crate) type Authenticate = for<'a> fn(
    &'a RequestContext<'_>,
    &'a OAuthContext<'_>,
    &'a Request<Vec<u8>>,
    &'a Params,
) -> LocalBoxFuture<'a, Result<Authenticated, OAuthError>>;

/// Clients of `mcp.toml` that prove themselves by their keys, or by a secret while it is replaced. Named by `serve!()`
/// where there are any.
#[derive(Debug)]
pub struct ClientKeys {
    /// Checks what such a client presents; `None` for the request of any other.
    pub(crate) check: Check,
}

/// See [`ClientKeys::check`].
pub(crate) type Check = for<'a> fn(
    &'a RequestContext<'_>,
    &'a OAuthContext<'_>,
    &'a Request<Vec<u8>>,
    &'a Params,
)
    -> Option<LocalBoxFuture<'a, Result<Authenticated, OAuthError>>>;

/// Personal tokens for scripts. Named by `serve!()` where `mcp.toml` allows them.
#[derive(Debug)]
pub struct Personal {
    /// Lets the sender of a request in that has such a token; `None` where it has none.
    pub(crate) admit: for<'a> fn(
        &'a RequestContext<'a>,
        &'a http::Request<()>,
    ) -> Option<LocalBoxFuture<'a, Result<Admitted, Box<Reply>>>>,
    /// Remembers somebody who signs in at the page of connections, as a cookie.
    pub(crate) remember: fn(&mut OAuthContext<'_>, &Returned, &Identified) -> Option<HeaderValue>,
    /// The form of the page of connections.
    pub(crate) form: fn(&OAuthContext<'_>, &Person) -> String,
    /// True for the form that makes a token.
    pub(crate) is_asked: fn(&Request<Vec<u8>>) -> bool,
    /// Makes a token, and answers with the page that shows it.
    pub(crate) make: for<'a> fn(
        &'a RequestContext<'_>,
        &'a mut OAuthContext<'_>,
        &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Reply>,
}
