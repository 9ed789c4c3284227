//! What is known of the client while it is being served.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::revision::Revision;

/// What a call may do with the client that made it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Peer {
    /// The revision that is spoken.
    pub revision: Revision,
    /// What the client can be asked.
    pub capabilities: ClientCapabilities,
    /// The least severe level of log messages it wants; `None`: none at all.
    pub log_level: Option<Level>,
    /// Text or a number, where it wants to hear of progress.
    pub progress_token: Option<Value>,
    /// `traceparent` and `tracestate` of W3C Trace Context, from `_meta` or the HTTP headers.
    pub trace: Option<Trace>,
    /// Whether requests of the server reach it: a session of a legacy revision.
    pub has_session: bool,
}

/// What of `ClientCapabilities` matters to a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For finding faults.
    Debug,
    /// What happens.
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

/// W3C Trace Context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `traceparent`, checked to be well-formed.
    pub parent: String,
    /// `tracestate`, where one was sent.
    pub state: Option<String>,
}

impl Level {
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
