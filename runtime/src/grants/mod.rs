//! Where grants are kept: one backend for each `[storage] kind`, all running the core's
//! [`grant::apply`](toolgate_core::oauth::grant::apply).
//!
//! `serve!()` names the backend of its `mcp.toml`, so the others are not linked.

mod d1;
mod durable_object;
mod kv;

use futures_util::future::LocalBoxFuture;
use toolgate_core::oauth::grant::{Address, Grant, Operation, Outcome};

use crate::platform::bindings::Env;
use crate::ports::app::App;

pub(crate) use durable_object::{GrantRequest, OBJECT_BINDING};

/// The Durable Object backend.
pub static DURABLE_OBJECT: durable_object::DurableObject = durable_object::DurableObject;
/// The Workers KV backend.
pub static KV: kv::Kv = kv::Kv;
/// The D1 backend.
pub static D1: d1::D1 = d1::D1;

/// What a backend works with.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub(crate) app: &'static App,
    pub(crate) env: &'a Env,
}

/// A backend's answer, when it comes.
pub type Answer<'a, T> = LocalBoxFuture<'a, worker::Result<T>>;

/// A backend.
pub trait Store: Sync + std::fmt::Debug {
    /// Applies an operation to a grant's record.
    fn perform<'a>(
        &'a self,
        place: Place<'a>,
        address: &'a Address,
        operation: Operation,
    ) -> Answer<'a, Outcome>;

    /// The grants of one person, with their ids, in no particular order.
    fn list<'a>(&'a self, place: Place<'a>, shard: &'a str) -> Answer<'a, Vec<(String, Grant)>>;

    /// Deletes what is of no more use, where the backend does not do so by itself.
    fn purge<'a>(&'a self, place: Place<'a>) -> Answer<'a, ()>;
}
