//! HTTP between clients, Workers and Durable Objects.

pub(crate) mod convert;
pub(crate) mod fetch;
pub(crate) mod object_client;
pub(crate) mod sse;
#[cfg_attr(not(target_arch = "wasm32"), path = "native.rs")]
mod stub;
