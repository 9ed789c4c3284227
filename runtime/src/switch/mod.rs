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
mod names;
mod object;
mod outbox;
mod person;
mod signals;
mod store;
mod values;

use crate::ports::store::Switch;

#[cfg(all(test, feature = "testing-sqlite"))]
mod tests;

pub use self::object::REVOCATIONS;
pub use self::store::{FED_D1, FED_DURABLE_OBJECT};

/// The feed alone.
pub static FEED: Switch = Switch {
    stands: feed::stands,
    find: |_, _| None,
    returned: desk::of_routes,
    narrow: |_, _, _, _| {},
};

/// The feed, with the pages and endpoints by which it is told.
pub static SWITCH: Switch = Switch {
    stands: feed::stands,
    find: desk::find,
    returned: desk::returned,
    narrow: desk::narrow,
};
