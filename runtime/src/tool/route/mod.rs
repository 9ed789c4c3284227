//! An author's own HTTP routes: their definitions, and what their functions take and return.

mod body;
mod check;
#[cfg(not(target_arch = "wasm32"))]
mod export;
mod request;
mod response;

use futures_util::future::LocalBoxFuture;
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;
use toolgate_core::route::RouteInfo;

use super::Needs;
use super::registry::registry;
use crate::context::current::Context;
use crate::platform::host::{Request, Response};
use crate::ports::request_context::RequestContext;

pub use self::body::{Form, FromBody, WrongBody};
pub(crate) use self::check::check;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::export::described;
pub use self::request::{RouteRequest, segment};
pub(crate) use self::response::refusal;
pub use self::response::{IntoRouteResponse, RouteResponse, no_such_route};

/// A route, as `#[http]` makes it of a function.
pub struct RouteDef {
    /// Its address, and who may send requests.
    pub info: RouteInfo,
    /// Reads the request and runs the function.
    pub call: for<'a> fn(&'a Context, RouteRequest) -> LocalBoxFuture<'a, RouteResponse>,
    /// Its needs.
    pub needs: Needs,
    /// What serves routes. Named here, so that a server without routes does not contain it.
    pub door: &'static RouteDoor,
    /// `file:line` of the function.
    pub location: &'static str,
}

inventory::collect!(RouteDef);

/// The way from the Worker to its routes.
#[derive(Debug)]
pub struct RouteDoor {
    /// True if a route has the path of the request, with whatever method.
    pub(crate) finds: fn(&http::Request<()>) -> bool,
    /// Serves a request that it finds.
    pub(crate) serve: Serve,
    /// Ends a sign-in that was begun for a route; `None` for any other.
    pub(crate) returned: Finish,
}

/// See [`RouteDoor`].
pub(crate) type Serve = for<'a> fn(
    &'a RequestContext<'a>,
    http::Request<()>,
    Request,
) -> LocalBoxFuture<'a, worker::Result<Response>>;

/// See [`RouteDoor`].
pub(crate) type Finish = fn(&mut OAuthContext<'_>, &Returned, &Identified) -> Option<Reply>;

/// The way to the routes of this server, where it has any.
pub(crate) fn door() -> Option<&'static RouteDoor> {
    // Has every function put itself into the inventory.
    let _ = registry();
    all().next().map(|route| route.door)
}

/// What serves the request, where it is one to a route.
pub(crate) fn find(head: &http::Request<()>) -> Option<Serve> {
    let door = door()?;
    (door.finds)(head).then_some(door.serve)
}

/// The routes of this server, in no particular order.
pub(crate) fn all() -> impl Iterator<Item = &'static RouteDef> {
    inventory::iter::<RouteDef>.into_iter()
}
