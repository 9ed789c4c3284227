//! The client of a call, and its capabilities.

use toolgate_core::mcp::Revision;
use toolgate_core::mcp::peer::{ClientCapabilities, Peer};

use super::step::HostKind;

/// The client that made a call, as far as a function may want to know it.
///
/// It supports the questions that it can be asked in this very call: a client of a revision before
/// 2026-07-28 can be asked nothing outside of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    revision: Revision,
    capabilities: ClientCapabilities,
}

impl Client {
    pub(crate) fn new(peer: &Peer, host: HostKind, is_bound: bool) -> Self {
        let can_be_asked = match host {
            // A question ends the round, and what the next one brings is bound to the call.
            HostKind::Stateless => is_bound && peer.revision.has_multi_round_trip(),
            HostKind::Session | HostKind::Task => true,
        };
        let capabilities =
            if can_be_asked { peer.capabilities } else { ClientCapabilities::default() };
        Self { revision: peer.revision, capabilities }
    }

    pub(crate) fn capabilities(&self) -> &ClientCapabilities {
        &self.capabilities
    }

    /// True if [`Context::ask`](crate::tool::Context::ask) reaches the person.
    #[must_use]
    pub fn supports_elicitation(&self) -> bool {
        self.capabilities.elicitation
    }

    /// True if [`Context::ask_url`](crate::tool::Context::ask_url) reaches the person.
    #[must_use]
    pub fn supports_url_elicitation(&self) -> bool {
        self.capabilities.elicitation_url
    }

    /// True if [`Context::sample`](crate::tool::Context::sample) reaches a model.
    #[must_use]
    pub fn supports_sampling(&self) -> bool {
        self.capabilities.sampling
    }

    /// True if [`Context::roots`](crate::tool::Context::roots) is answered.
    #[must_use]
    pub fn supports_roots(&self) -> bool {
        self.capabilities.roots
    }

    /// The revision of MCP that is spoken, for example `2026-07-28`.
    #[must_use]
    pub fn revision(&self) -> &'static str {
        self.revision.as_str()
    }
}
