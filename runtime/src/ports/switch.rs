//! The off-switch: how calls learn of ends, and the pages and endpoints that end grants of others.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::reply::Reply;

use crate::ports::app::{App, Deployment};
use crate::ports::request_context::RequestContext;
use crate::ports::store::Stored;

/// The off-switch. `serve!()` names it where `mcp.toml` has `[admin]`, `[signals]` or `[storage] feed`, so that no
/// other server contains it.
#[derive(Debug)]
pub struct Switch {
    /// See [`Stands`].
    pub(crate) stands: Stands,
    /// Pages and endpoints; `None` on a server that has the feed alone.
    pub(crate) desk: Option<Desk>,
}

/// Pages and endpoints that end the grants of others.
#[derive(Debug)]
pub struct Desk {
    /// True for a path of theirs.
    pub(crate) is_route: fn(&'static App, &str) -> bool,
    /// See [`Serve`].
    pub(crate) serve: Serve,
    /// See [`SignedIn`].
    pub(crate) signed_in: SignedIn,
}

/// When the grant of a token was last known to stand, in seconds since 1970; `None` where it does not. The client is
/// that of the token, where it is known.
pub(crate) type Stands =
    for<'a> fn(Deployment<'a>, &'a GrantKey, Option<&'a str>, u64) -> Stored<'a, Option<u64>>;

/// Serves a request to one of the paths.
pub(crate) type Serve = for<'a> fn(
    &'a RequestContext<'_>,
    &'a mut OAuthContext<'_>,
    &'a Request<Vec<u8>>,
) -> LocalBoxFuture<'a, Reply>;

/// The reply to the end of a sign-in that was begun for the page; `None` for any other.
pub(crate) type SignedIn =
    fn(&RequestContext<'_>, &mut OAuthContext<'_>, &Returned, &Identified) -> Option<Reply>;
