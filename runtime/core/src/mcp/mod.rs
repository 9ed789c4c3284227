//! The Model Context Protocol: messages in, messages out.
//!
//! [`accept_http`] serves the Streamable HTTP endpoint in every revision, [`accept_sse`] the older
//! HTTP+SSE transport. Neither runs a tool: they hand out [`Call`]s, each already allowed by
//! [`policy::decide`](crate::policy::decide), and take the results back.

pub mod ask;
mod call;
pub mod content;
mod describe;
mod headers;
mod http;
pub mod icon;
mod json;
mod jsonrpc;
mod methods;
pub mod outcome;
pub mod peer;
pub mod prompt;
pub mod resource;
mod result;
mod revision;
mod sse;
pub mod tool;

use toolgate_config::Config;

use crate::audit::Log;
use prompt::PromptInfo;
use resource::ResourceInfo;
use tool::ToolInfo;

pub use self::call::{Call, Retry, Target};
pub use self::http::{Accepted, Exchange, Response, accept_http};
pub use self::jsonrpc::{
    Fault, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, MAX_BATCH, MAX_ID_BYTES, MAX_NESTING,
    METHOD_NOT_FOUND, MISSING_CLIENT_CAPABILITY, PARSE_ERROR,
};
pub use self::methods::{DISCOVER_TTL_MS, Family, LIST_TTL_MS, MAX_NAME_REPEATED};
pub use self::revision::Revision;
pub use self::sse::{AcceptedSse, SseExchange, SseSession, accept_sse};

/// The server that is being asked.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// `mcp.toml`.
    pub config: &'a Config,
    /// Version of the user's crate, where `mcp.toml` names none.
    pub version: &'a str,
    /// The registry, sorted by name: lists keep this order.
    pub tools: &'a [ToolInfo],
    /// The prompts, sorted by name.
    pub prompts: &'a [PromptInfo],
    /// The resources and templates, sorted by name.
    pub resources: &'a [ResourceInfo],
    /// Methods besides those that every server has.
    pub families: &'a [&'static dyn Family],
    /// Where it is told which calls were allowed and which were not.
    pub log: &'a Log,
}

/// The adapter stops reading at the same limit; a body that gets here whole is judged again.
fn is_too_large(server: &Server<'_>, body: &[u8]) -> bool {
    u32::try_from(body.len()).map_or(true, |length| length > server.config.transport.max_body_bytes)
}
