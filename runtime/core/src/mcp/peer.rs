//! Facts about the client while it is being served.

use http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};

use super::fault::Fault;
use super::meta::{META_CLIENT_CAPABILITIES, META_LOG_LEVEL, meta};
use super::revision::Revision;
use super::trace;
use crate::from_json::FromJson;

pub use super::trace::Trace;

/// Key of the extension for tasks, of the client's and of the server's capabilities.
pub const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// A client, and the ways in which its call may reach it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Peer {
    /// The revision that is spoken.
    pub revision: Revision,
    /// Capabilities of the client.
    pub capabilities: ClientCapabilities,
    /// The least severe level of log messages it wants; `None`: none at all.
    pub log_level: Option<Level>,
    /// Text or a number, where it wants to hear of progress.
    pub progress_token: Option<Value>,
    /// `traceparent` and `tracestate` of W3C Trace Context, from `_meta` or the HTTP headers.
    pub trace: Option<Trace>,
}

/// The part of `ClientCapabilities` that matters to a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct ClientCapabilities {
    /// `elicitation`, form mode.
    pub elicitation: bool,
    /// `elicitation.url` (2025-11-25 and later).
    pub elicitation_url: bool,
    /// `sampling`.
    pub sampling: bool,
    /// `roots`.
    pub roots: bool,
    /// `extensions["io.modelcontextprotocol/tasks"]`.
    pub tasks: bool,
}

/// Severity of a log message (RFC 5424), least severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For finding faults.
    Debug,
    /// Normal events.
    Info,
    /// Normal but worth a look.
    Notice,
    /// May become a fault.
    Warning,
    /// Something failed.
    Error,
    /// A part of the server fails.
    Critical,
    /// Someone has to act at once.
    Alert,
    /// Nothing works.
    Emergency,
}

/// Facts about the client, from the session of a message.
#[derive(Debug, Clone, Copy)]
pub struct SessionPeer {
    /// As declared by `initialize`.
    pub capabilities: ClientCapabilities,
    /// As set by `logging/setLevel`.
    pub log_level: Option<Level>,
}

impl Peer {
    /// The client of a request, as far as the request itself or its session tells.
    ///
    /// # Errors
    /// A log level that does not exist.
    pub(super) fn read(
        revision: Revision,
        session: Option<SessionPeer>,
        headers: Option<&HeaderMap>,
        params: &Map<String, Value>,
    ) -> Result<Self, Fault> {
        let meta = meta(params);
        let (capabilities, log_level) = match session {
            Some(session) => (session.capabilities, session.log_level),
            None if revision.has_request_meta() => {
                let stated = meta.and_then(|meta| meta.get(META_CLIENT_CAPABILITIES));
                (ClientCapabilities::read(stated, revision), log_level(meta)?)
            }
            None => (ClientCapabilities::default(), None),
        };
        Ok(Self {
            revision,
            capabilities,
            log_level,
            progress_token: progress_token(meta),
            trace: trace::read(meta, headers),
        })
    }
}

/// `logLevel` of a modern request; without one nothing is logged to the client.
///
/// # Errors
/// A log level that does not exist.
pub(super) fn log_level(meta: Option<&Map<String, Value>>) -> Result<Option<Level>, Fault> {
    match meta.and_then(|meta| meta.get(META_LOG_LEVEL)) {
        None => Ok(None),
        Some(level) => match level.as_str().and_then(Level::parse) {
            Some(level) => Ok(Some(level)),
            None => Err(Fault::params("there is no such log level")),
        },
    }
}

/// Repeated in every notification. The message would have been refused for a token that is neither
/// text nor a whole number.
fn progress_token(meta: Option<&Map<String, Value>>) -> Option<Value> {
    meta?.get("progressToken").filter(|token| !token.is_null()).cloned()
}

impl ClientCapabilities {
    /// Reads `ClientCapabilities`; what the revision does not have is not there.
    #[must_use]
    pub fn read(stated: Option<&Value>, revision: Revision) -> Self {
        let has = |value: &Value, key: &str| value.get(key).is_some_and(Value::is_object);
        let Some(stated) = stated else { return Self::default() };
        let elicitation = stated.get("elicitation").filter(|_| revision.has_elicitation());
        let elicitation = elicitation.filter(|value| value.is_object());
        let elicitation_url = revision.has_url_elicitation()
            && elicitation.is_some_and(|elicitation| has(elicitation, "url"));
        Self {
            // An empty object stands for forms (MCP 2025-11-25, elicitation).
            elicitation: elicitation
                .is_some_and(|elicitation| has(elicitation, "form") || !elicitation_url),
            elicitation_url,
            sampling: has(stated, "sampling"),
            roots: has(stated, "roots"),
            tasks: revision.has_tasks()
                && stated.get("extensions").is_some_and(|all| has(all, TASKS_EXTENSION)),
        }
    }
}

impl Level {
    /// `level` of `logging/setLevel`.
    ///
    /// # Errors
    /// A level that does not exist.
    pub(super) fn read(params: &Map<String, Value>) -> Result<Self, Fault> {
        let level = params.get("level").and_then(Value::as_str).and_then(Self::parse);
        level.ok_or_else(|| Fault::params("there is no such log level"))
    }

    /// As on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }

    /// The level of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        const ALL: [Level; 8] = [
            Level::Debug,
            Level::Info,
            Level::Notice,
            Level::Warning,
            Level::Error,
            Level::Critical,
            Level::Alert,
            Level::Emergency,
        ];
        ALL.into_iter().find(|level| level.as_str() == name)
    }
}
