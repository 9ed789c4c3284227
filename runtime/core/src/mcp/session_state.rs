//! State of a session between its messages.

use serde::Serialize;
use serde_json::{Map, Value};

use super::notify::Change;
use super::peer::{ClientCapabilities, Level, SessionPeer};
use super::revision::{Revision, negotiate};
use super::template::is_same_uri;
use crate::from_json::FromJson;

/// Resources that one session may subscribe to. Each is kept in its storage and compared with each
/// change; a client shows a person no more than this.
pub const MAX_SUBSCRIPTIONS: usize = 100;

/// Bytes of a URI that is subscribed to; those of real resources are under 300.
pub const MAX_SUBSCRIBED_URI: usize = 2048;

/// State of a session between its messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, FromJson)]
pub struct SessionState {
    /// As negotiated by `initialize`. The transport HTTP+SSE is that of 2024-11-05, but clients use
    /// it with later revisions too.
    pub revision: Revision,
    /// Capabilities of the client.
    pub capabilities: ClientCapabilities,
    /// The least severe level of log messages it wants; until it says so, none.
    pub log_level: Option<Level>,
    /// URIs of `resources/subscribe`.
    pub subscriptions: Vec<String>,
    /// True once `initialize` was answered.
    pub is_begun: bool,
}

impl SessionState {
    /// The session of an `initialize` that was answered.
    pub(super) fn begin(revision: Revision, capabilities: ClientCapabilities) -> Self {
        Self { revision, capabilities, is_begun: true, ..Self::default() }
    }

    /// True if the client wants to hear of the change: it subscribed to the resource, or a list
    /// changed. [`may_hear`](super::listen::may_hear) says if it may.
    #[must_use]
    pub fn wants(&self, change: &Change) -> bool {
        match change {
            Change::Tools | Change::Prompts | Change::Resources => self.is_begun,
            Change::Resource(uri) => self.subscriptions.iter().any(|known| is_same_uri(known, uri)),
            Change::Task { .. } => false,
        }
    }

    pub(super) fn peer(&self) -> SessionPeer {
        SessionPeer { capabilities: self.capabilities, log_level: self.log_level }
    }
}

/// The session that an `initialize` with these params begins; `None` where they are not its params.
pub(super) fn begun(params: &Map<String, Value>) -> Option<SessionState> {
    let revision = negotiate(params)?;
    let capabilities = ClientCapabilities::read(params.get("capabilities"), revision);
    Some(SessionState::begin(revision, capabilities))
}
