//! The off-switch: calls are judged by a feed of revocations, and the grants of others can be ended.
//!
//! `serve!()` names [`FEED`] or [`SWITCH`], [`REVOCATIONS`] and a storage of this module where `mcp.toml` has
//! `[admin]`, `[signals]` or `[storage] feed`, so no other server contains any of it. What decides is in
//! `toolgate_core::revocation`; `person.rs`, `feed_object.rs` and `index.rs` run in objects, the rest in the Worker.

mod admin_page;
mod client;
mod d1;
mod desk;
mod end;
mod feed;
mod feed_object;
mod index;
mod logout;
mod object;
mod outbox;
mod person;
mod signals;
mod store;

use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;

use crate::ports::switch::Switch;
use crate::tool::route;

pub use self::object::REVOCATIONS;
pub use self::store::{FED_D1, FED_DURABLE_OBJECT};

/// The feed alone.
pub static FEED: Switch = Switch {
    stands: feed::stands,
    find: |_, _| None,
    returned: of_routes,
    narrow: |_, _, _, _| {},
};

/// The feed, with the pages and endpoints by which it is told.
pub static SWITCH: Switch = Switch {
    stands: feed::stands,
    find: desk::find,
    returned: desk::returned,
    narrow: desk::narrow,
};

/// Ends a sign-in that was begun for a route.
fn of_routes(
    oauth: &mut OAuthContext<'_>,
    returned: &Returned,
    identified: &Identified,
) -> Option<Reply> {
    (route::door()?.returned)(oauth, returned, identified)
}

/// Path inside the object of a person: does something to one grant.
const ONE: &str = "/switch/one";

/// Path inside the object of a person: ends all grants.
const PERSON: &str = "/switch/person";

/// Path inside the feed: takes ends in.
const TELL: &str = "/switch/tell";

/// Path inside the feed: tells what is new.
const SINCE: &str = "/switch/since";

/// Path inside an object of the index: takes entries in.
const PUT: &str = "/switch/put";

/// Path inside an object of the index: finds people.
const FIND: &str = "/switch/find";

/// Name of the object that is the feed. A name without a colon is nobody's.
const FEED_OBJECT: &str = "revoked";
