//! The Model Context Protocol: messages in, messages out.
//!
//! [`accept_http`] serves the Streamable HTTP endpoint in every revision, [`accept_session`] the
//! messages of a session: of Streamable HTTP, and of the older HTTP+SSE transport. Neither runs a
//! tool: they hand out [`Call`]s, each already allowed by [`policy::decide`](crate::policy::decide),
//! and take the results back.

pub mod ask;
mod call;
mod capabilities;
mod card;
pub mod challenge;
pub mod completion;
pub mod content;
mod describe;
mod exchange;
pub mod families;
pub mod fault;
mod filled_in;
mod form;
mod given;
mod guard;
mod headers;
mod http;
pub mod icon;
pub mod input_required;
mod json;
mod jsonrpc;
mod landing;
mod list;
pub mod listen;
mod methods;
pub mod notify;
pub mod outcome;
mod overlap;
mod param_headers;
pub mod peer;
mod pending;
pub mod prompt;
pub mod refusal;
pub mod request_state;
pub mod resource;
mod result;
mod retry;
mod revision;
pub mod session;
mod session_state;
pub mod task;
mod template;
mod timestamp;
pub mod tool;
mod trace;

use toolgate_config::Config;

use crate::audit::Log;
use challenge::Challenging;
use listen::Listening;
use prompt::PromptInfo;
use refusal::Refusing;
use resource::ResourceInfo;
use tool::ToolInfo;

pub use self::call::{Call, Retry, Target};
pub use self::card::card;
pub use self::exchange::Exchange;
pub use self::families::MAX_NAME_REPEATED;
pub use self::fault::{
    Fault, HEADER_MISMATCH, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND,
    MISSING_CLIENT_CAPABILITY, PARSE_ERROR, UNSUPPORTED_PROTOCOL_VERSION,
};
pub use self::http::{Accepted, Begin, Response, accept_http, answer};
pub use self::jsonrpc::{MAX_BATCH, MAX_ID_BYTES, MAX_NESTING, MAX_VALUES};
pub use self::landing::landing;
pub use self::methods::{DISCOVER_TTL_MS, Family, LIST_TTL_MS, READ_TTL_MS};
pub use self::overlap::shared_uri;
pub use self::revision::Revision;
pub use self::session::{AcceptedSession, SessionState, accept_session};
pub use self::template::is_same_uri;

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
    /// Whether clients of a legacy revision are given an `Mcp-Session-Id`.
    pub sessions: bool,
    /// Where those who listen are told of changes: `listChanged`, `resources.subscribe` and
    /// `subscriptions/listen`.
    pub notifications: Option<&'static Listening>,
    /// Where policies have scopes or challenge whom they refuse.
    pub challenging: Option<&'static Challenging>,
    /// Where policies look at arguments.
    pub refusing: Option<&'static Refusing>,
    /// Most entries on one page of a list; at least one is on it.
    pub page_size: u32,
    /// Where it is told which calls were allowed and which were not.
    pub log: &'a Log,
}

/// The adapter stops reading at the same limit; a body that gets here whole is judged again.
fn is_too_large(server: &Server<'_>, body: &[u8]) -> bool {
    u32::try_from(body.len()).map_or(true, |length| length > server.config.transport.max_body_bytes)
}
