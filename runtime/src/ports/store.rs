//! Where grants are kept, and how else they end.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation};
use toolgate_core::reply::Reply;

use crate::platform::host;
use crate::ports::app::{App, Deployment};
use crate::ports::request_context::RequestContext;

/// A result of the storage, when it comes.
pub type Stored<'a, T> = LocalBoxFuture<'a, worker::Result<T>>;

/// A backend.
pub trait Store: Sync + std::fmt::Debug {
    /// Applies an operation to a grant's record.
    fn perform<'a>(
        &'a self,
        deployment: Deployment<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Stored<'a, GrantOutcome>;

    /// The grants of one person, with their ids, in no particular order.
    fn list<'a>(
        &'a self,
        deployment: Deployment<'a>,
        subject_key: &'a str,
    ) -> Stored<'a, Vec<(String, Grant)>>;

    /// Deletes what is of no more use, where the backend does not do so by itself.
    fn purge<'a>(&'a self, deployment: Deployment<'a>) -> Stored<'a, ()>;
}

/// The off-switch. `serve!()` names it where `mcp.toml` has `[admin]`, `[signals]` or `[storage] feed`, so that no
/// other server contains it.
#[derive(Debug)]
pub struct Switch {
    /// See [`Stands`].
    pub(crate) stands: Stands,
    /// What serves a request, where it is to a page or endpoint by which others end grants.
    pub(crate) find: fn(&App, &Request<()>) -> Option<Serve>,
    /// See [`Finish`].
    pub(crate) returned: Finish,
    /// Leaves out of what a client gets what is not for the person.
    pub(crate) narrow: fn(&RequestContext<'_>, &OAuthContext<'_>, &mut Returned, &Identified),
}

/// When the grant of a token was last known to stand, in seconds since 1970; `None` where it does not. The client is
/// that of the token, where it is known.
pub(crate) type Stands =
    for<'a> fn(Deployment<'a>, &'a GrantKey, Option<&'a str>, u64) -> Stored<'a, Option<u64>>;

/// Serves a request.
pub(crate) type Serve = for<'a> fn(
    &'a RequestContext<'a>,
    Request<()>,
    host::Request,
) -> LocalBoxFuture<'a, worker::Result<host::Response>>;

/// Ends a sign-in that was begun for the page, or for a route; `None` for any other.
pub(crate) type Finish = fn(&mut OAuthContext<'_>, &Returned, &Identified) -> Option<Reply>;
