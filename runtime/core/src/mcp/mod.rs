//! The Model Context Protocol: messages in, messages out.
//!
//! [`accept_http`] serves the Streamable HTTP endpoint in every revision, [`accept_session`] the
//! messages of a session: of Streamable HTTP, and of the older HTTP+SSE transport. Neither runs a
//! tool: they hand out [`Call`]s, each already allowed by [`policy::decide`](toolgate_policy::decide),
//! and take the results back.

pub mod ask;
mod batch;
mod call;
mod capabilities;
mod card;
pub mod challenge;
pub mod completion;
pub mod content;
mod describe;
mod envelope;
mod exchange;
pub mod families;
pub mod fault;
mod filled_in;
mod form;
mod given;
pub mod guard;
mod headers;
mod http;
pub mod icon;
pub mod input_required;
mod json;
mod jsonrpc;
mod landing;
mod list;
pub mod listen;
mod meta;
mod method;
mod methods;
mod modern;
pub mod notify;
pub mod outcome;
mod overlap;
mod param_headers;
pub mod peer;
pub mod prompt;
pub mod refusal;
pub mod request_state;
pub mod resource;
mod response;
mod result;
mod retry;
mod revision;
mod role;
mod server;
pub mod session;
mod session_state;
pub mod span;
mod subscription;
pub mod task;
mod template;
pub(crate) mod timestamp;
pub mod tool;
mod trace;

pub use self::call::{Call, Retry, Target};
pub use self::card::card;
pub use self::exchange::Exchange;
pub use self::families::MAX_NAME_REPEATED;
pub use self::fault::{
    Fault, HEADER_MISMATCH, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND,
    MISSING_CLIENT_CAPABILITY, PARSE_ERROR, UNSUPPORTED_PROTOCOL_VERSION,
};
pub use self::http::{Accepted, NewSession, accept_http, answer};
pub use self::jsonrpc::{MAX_BATCH, MAX_ID_BYTES, MAX_NESTING, MAX_VALUES};
pub use self::landing::landing;
pub use self::method::{Group, Method};
pub use self::modern::{DISCOVER_TTL_MS, LIST_TTL_MS, READ_TTL_MS};
pub use self::overlap::shared_uri;
pub use self::revision::Revision;
pub use self::server::{Family, Server};
pub use self::session::{AcceptedSession, SessionAnswer, SessionState, Signal, accept_session};
pub use self::template::is_same_uri;
