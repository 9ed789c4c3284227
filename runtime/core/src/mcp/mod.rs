//! The Model Context Protocol: messages in, messages out.
//!
//! [`accept_http`] serves the Streamable HTTP endpoint in every revision, [`accept_sse`] the older
//! HTTP+SSE transport. Neither runs a tool: they hand out [`Call`]s, each already allowed by
//! [`policy::decide`](crate::policy::decide), and take the results back.

mod call;
pub mod content;
mod describe;
mod headers;
mod http;
mod json;
mod jsonrpc;
mod methods;
mod result;
mod revision;
mod sse;
pub mod tool;

use toolgate_config::Config;

use crate::audit::Log;
use tool::ToolInfo;

pub use self::call::Call;
pub use self::http::{Accepted, Exchange, Response, accept_http};
pub use self::jsonrpc::{MAX_BATCH, MAX_ID_BYTES, MAX_NESTING};
pub use self::methods::{DISCOVER_TTL_MS, LIST_TTL_MS, MAX_NAME_REPEATED};
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
    /// Where it is told which calls were allowed and which were not.
    pub log: &'a Log,
}

/// The adapter stops reading at the same limit; a body that gets here whole is judged again.
fn is_too_large(server: &Server<'_>, body: &[u8]) -> bool {
    u32::try_from(body.len()).map_or(true, |length| length > server.config.transport.max_body_bytes)
}
