//! Where grants are kept: one backend for each `[storage] kind`, all running the core's
//! [`grant::apply`](toolgate_core::oauth::grant::apply).
//!
//! `serve!()` names the backend of its `mcp.toml`, so the others are not linked.

mod d1;
mod durable_object;
mod kv;

pub(crate) use self::d1::change as change_in_d1;
pub use self::durable_object::GRANTS;
pub(crate) use self::durable_object::change as change_in_object;
pub(crate) use self::durable_object::object as in_object;

/// The Durable Object backend.
pub static DURABLE_OBJECT: durable_object::DurableObject = durable_object::DurableObject;
/// The Workers KV backend.
pub static KV: kv::Kv = kv::Kv;
/// The D1 backend.
pub static D1: d1::D1 = d1::D1;
