//! Toolgate: annotated functions and one `mcp.toml` become an access-controlled remote MCP server.
//!
//! ```
//! use toolgate::prelude::*;
//!
//! /// Performs basic addition of numbers
//! #[mcp_tool(allow = "everyone")]
//! fn add(
//!     /// First addend
//!     a: f64,
//!     /// Second addend
//!     b: f64,
//! ) -> f64 {
//!     a + b
//! }
//! ```
//!
//! `toolgate::serve!()` at the root of the crate makes the Worker: Streamable HTTP at `/mcp`, HTTP+SSE
//! at `/sse`, an OAuth 2.1 server for MCP clients, and sign-in at the identity provider that
//! `mcp.toml` names. [`mcp_tool`] tells what a tool may take and return, and [`testing`] how to test it.
//!
//! This crate is the Workers adapter. What decides is in `toolgate-core`, which knows of no platform.

#[doc(hidden)]
pub mod __private;
pub mod bindings;
pub mod context;
#[doc(hidden)]
pub mod feature;
#[doc(hidden)]
pub mod identity;
mod limit;
pub mod state;
#[doc(hidden)]
pub mod store;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod tool;

mod app;
mod audit;
mod call;
mod clients;
mod connections;
mod console;
mod convert;
mod entry;
mod grants;
mod http_sse;
mod hub;
mod instance;
mod lease;
mod legacy;
mod mcp;
mod oauth;
mod object;
mod platform;
mod relay;
mod roster;
mod session;
mod signature;
mod sse;
mod task;
#[cfg_attr(not(target_arch = "wasm32"), path = "testing/timer.rs")]
mod timer;
mod upstream;
mod vault;

pub use crate::tool::macros::{CallerError, mcp_prompt, mcp_resource, mcp_tool, serve};
pub use schemars;

/// The crate `worker`, all but its attribute for handlers of events: `serve!()` is the handler of a
/// server.
pub mod worker {
    pub use ::worker::*;
    pub use toolgate_macros::event;
}

/// What a file of tools, prompts and resources needs.
pub mod prelude {
    pub use crate::context::{Progress, Refusal, Root, Sample, Sampling};
    pub use crate::tool::{Audio, Blob, Context, Error, Image, Json, Message, Prompt, Result};
    pub use crate::{CallerError, join, mcp_prompt, mcp_resource, mcp_tool, serve};
    pub use schemars::{self, JsonSchema};
    pub use toolgate_core::mcp::content::{Content, ContentAnnotations, ResourceLink};
    pub use toolgate_core::mcp::peer::Level;
    pub use toolgate_core::mcp::prompt::Role;
    pub use toolgate_core::mcp::resource::ResourceContent;
    pub use toolgate_policy::Caller;
}
