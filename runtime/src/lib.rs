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
pub mod context;
pub mod state;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod tool;

mod account;
mod as_caller;
mod audit;
mod auth;
mod call;
mod direct;
mod entry;
mod features;
mod grants;
mod http;
mod http_sse;
mod identity;
mod personal;
mod platform;
mod ports;
mod quota;
mod rate_limit;
mod roster;
mod route;
mod routes;
mod session;
mod sessions_common;
mod sign_in;
mod subscriptions;
mod switch;
mod task;
mod tracing;
pub mod trigger;

#[doc(inline)]
pub use crate::platform::bindings;
#[doc(inline)]
pub use crate::quota::Quota;
pub use crate::tool::macros::{CallerError, mcp_prompt, mcp_resource, mcp_tool, serve};
pub use crate::tool::route_macro::http;
#[doc(inline)]
pub use crate::trigger::macros::{cron, email, queue};
pub use schemars;

/// The crate `worker`, all but its attribute for handlers of events: `serve!()` is the handler of a
/// server. Outside of a Worker it has the doubles of [`bindings`] under their names, and what it logs goes to
/// the output of the test.
pub mod worker {
    pub use ::worker::*;
    pub use toolgate_macros::event;

    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::platform::native::double::{
        Ai, BatchMessageBuilder, BatchSendMessage, Bucket, ByteStream, Conditional, D1Argument,
        D1Database, D1PreparedStatement, D1Result, Data, Date, Delay, Env, Fetch, Fetcher, Headers,
        HttpMetadata, Include, KvStore, MessageBuilder, Object, ObjectBody, Objects, Queue, Range,
        RateLimiter, Request, RequestInit, Response, ResponseBody, ResponseBuilder, Secret,
        SendMessage, Var,
    };
    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::{
        __test_log as console_debug, __test_log as console_error, __test_log as console_log,
        __test_log as console_warn,
    };
}

/// The names that a file of tools, prompts and resources needs.
pub mod prelude {
    pub use crate::context::{Progress, Refusal, Root, Sample, Sampling, Secret};
    pub use crate::tool::{Audio, Blob, Context, Error, Image, Json, Message, Prompt, Result};
    pub use crate::tool::{Form, RouteRequest, RouteResponse};
    pub use crate::trigger::{Email, Queued, Scheduled};
    pub use crate::{
        CallerError, cron, email, http, join, mcp_prompt, mcp_resource, mcp_tool, queue, serve,
    };
    pub use schemars::{self, JsonSchema};
    pub use toolgate_core::mcp::content::{Content, ContentAnnotations, ResourceLink};
    pub use toolgate_core::mcp::peer::Level;
    pub use toolgate_core::mcp::prompt::Role;
    pub use toolgate_core::mcp::resource::ResourceContent;
    pub use toolgate_policy::Caller;
}
