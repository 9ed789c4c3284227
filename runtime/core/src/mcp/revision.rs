//! The revisions of MCP and what each of them can carry.
//!
//! Only this file, and the table of methods, compare revisions: all others ask for what they need. What a
//! revision has, those after it have too, until one removes it.

use crate::from_json::FromJson;
use serde::Serialize;
use serde_json::{Map, Value};

/// A protocol revision, oldest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, FromJson)]
pub enum Revision {
    /// 2024-11-05: HTTP+SSE; what an HTTP+SSE session speaks until `initialize` says otherwise.
    #[default]
    #[serde(rename = "2024-11-05")]
    V2024_11_05,
    /// 2025-03-26: Streamable HTTP, batches, audio, tool annotations.
    #[serde(rename = "2025-03-26")]
    V2025_03_26,
    /// 2025-06-18: structured results, titles, the `MCP-Protocol-Version` header.
    #[serde(rename = "2025-06-18")]
    V2025_06_18,
    /// 2025-11-25: descriptions of the server itself; the last one with `initialize`.
    #[serde(rename = "2025-11-25")]
    V2025_11_25,
    /// 2026-07-28: no handshake and no session, everything is in the request.
    #[serde(rename = "2026-07-28")]
    V2026_07_28,
    /// One to come, which has to be all that the newest one is.
    #[cfg(test)]
    #[serde(rename = "2099-01-01")]
    V2099_01_01,
}

/// The first revision whose requests stand by themselves.
const FIRST_WITHOUT_HANDSHAKE: Revision = Revision::V2026_07_28;

impl Revision {
    /// Every revision spoken here, newest first: what `server/discover` lists.
    pub const ALL: [Self; 5] = [
        Self::V2026_07_28,
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
        Self::V2024_11_05,
    ];

    /// The newest one spoken here.
    pub const LATEST: Self = Self::ALL[0];

    /// The answer to an `initialize` that asks for a revision which has none or is unknown.
    pub const LATEST_WITH_HANDSHAKE: Self = Self::V2025_11_25;

    /// Revision of a request without `MCP-Protocol-Version`: the specification's default.
    pub const WITHOUT_HEADER: Self = Self::V2025_03_26;

    /// As on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
            #[cfg(test)]
            Self::V2099_01_01 => "2099-01-01",
        }
    }

    /// The revision of this name, when it is spoken here.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.as_str() == name)
    }

    /// `initialize` comes first and settles revision and capabilities (2025-11-25, Lifecycle,
    /// "Initialization"). Without it every request says its revision (2026-07-28, Overview, "Statelessness").
    #[must_use]
    pub fn has_handshake(self) -> bool {
        self < FIRST_WITHOUT_HANDSHAKE
    }

    /// A client is known from one request to the next, and its server may send it requests (2025-11-25,
    /// Transports, "Session Management"; 2024-11-05, Transports, "HTTP with SSE").
    #[must_use]
    pub fn has_sessions(self) -> bool {
        self < Self::V2026_07_28
    }

    /// JSON-RPC batches are part of 2025-03-26 (Overview, "Batching") and were removed after it.
    /// 2024-11-05 does not mention them, and JSON-RPC 2.0 has them.
    #[must_use]
    pub fn has_batches(self) -> bool {
        self <= Self::V2025_03_26
    }

    /// Capabilities of the client and the level of log messages are in the `_meta` of each request
    /// (2026-07-28, Overview, "`_meta`"; Logging, "Per-request log level").
    #[must_use]
    pub fn has_request_meta(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Headers repeat arguments of a call (2026-07-28, Streamable HTTP, "Standard Request Headers" and
    /// "Custom Headers from Tool Parameters").
    #[must_use]
    pub fn mirrors_headers(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// A client cancels a request by closing its stream (2026-07-28, Streamable HTTP, "Cancellation").
    #[must_use]
    pub fn cancels_by_closing(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// A stream begins with an event that a client can resume after (2025-11-25, Transports, "Sending
    /// Messages to the Server").
    #[must_use]
    pub fn has_priming_events(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// Errors of JSON-RPC have HTTP statuses (2026-07-28, Streamable HTTP, "Protocol Version Header").
    #[must_use]
    pub fn has_error_statuses(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// An error of its own tells a client what it would have to declare (2026-07-28, Overview, "Error
    /// Codes").
    #[must_use]
    pub fn has_missing_capability(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// A resource that is not there has an error code of its own (2025-11-25, Resources, "Error
    /// Handling"); it is one of wrong params since (2026-07-28, in the same place).
    #[must_use]
    pub fn has_resource_not_found(self) -> bool {
        self < Self::V2026_07_28
    }

    /// Each result says of which type and which server it is (2026-07-28, Overview, "ResultType" and
    /// "`_meta`").
    #[must_use]
    pub fn has_result_type(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Results say for how long and for whom they hold (2026-07-28, Caching, "Cacheable Results").
    #[must_use]
    pub fn has_cache_hints(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// A question is a result, and the request is sent again with its answer (2026-07-28, Multi
    /// Round-Trip Requests).
    #[must_use]
    pub fn has_multi_round_trip(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Calls may become tasks (extension `io.modelcontextprotocol/tasks`, SEP-2663).
    #[must_use]
    pub fn has_tasks(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Changes are told on a stream of their own (2026-07-28, Subscriptions, "Opening a Stream").
    #[must_use]
    pub fn has_listen(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Servers declare that they complete arguments (2025-03-26, Completion, "Capabilities"). 2024-11-05
    /// has the method only.
    #[must_use]
    pub fn has_completions(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// A completion comes with the arguments that are known already (2025-06-18, Completion,
    /// "CompleteRequest").
    #[must_use]
    pub fn has_completion_context(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Progress comes with a message (2025-03-26, Progress, "Progress Flow").
    #[must_use]
    pub fn has_progress_messages(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// A person can be asked to fill in a form (2025-06-18, Elicitation).
    #[must_use]
    pub fn has_elicitation(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// A person can be sent to a page, so an elicitation says which of both it is (2025-11-25,
    /// Elicitation, "URL Mode Elicitation Requests").
    #[must_use]
    pub fn has_url_elicitation(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// A page that a person is sent to has an id (2025-11-25, Elicitation, "Completion Notifications for
    /// URL Mode Elicitation").
    #[must_use]
    pub fn has_elicitation_ids(self) -> bool {
        self < Self::V2026_07_28
    }

    /// Forms have choices of several, titled choices, and defaults of every type (2025-11-25, Elicitation,
    /// "Requested Schema").
    #[must_use]
    pub fn has_full_forms(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// Things have a title beside their name (2025-06-18, Tools, "Tool").
    #[must_use]
    pub fn has_titles(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Servers describe themselves, with an address and icons (2025-11-25, Lifecycle, "Initialization").
    #[must_use]
    pub fn has_server_details(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// Things have icons (2025-11-25, Overview, "`icons`").
    #[must_use]
    pub fn has_icons(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// Tools say how they behave (2025-03-26, Tools, "Tool").
    #[must_use]
    pub fn has_tool_annotations(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// Content says when it last changed (2025-06-18, Resources, "Annotations").
    #[must_use]
    pub fn has_modification_times(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Results carry sound (2025-03-26, Tools, "Audio Content").
    #[must_use]
    pub fn has_audio(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// Results link to resources (2025-06-18, Tools, "Resource Links").
    #[must_use]
    pub fn has_resource_links(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Results carry objects, and tools their schema (2025-06-18, Tools, "Structured Content" and "Output
    /// Schema").
    #[must_use]
    pub fn has_structured_content(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Structured results may be any JSON, not objects only (2026-07-28, Tools, "Structured Content").
    #[must_use]
    pub fn has_structured_values(self) -> bool {
        self >= Self::V2026_07_28
    }
}

/// The revision that answers an `initialize`: the one asked for, or the newest that has one.
pub(super) fn negotiate(params: &Map<String, Value>) -> Option<Revision> {
    let asked = params.get("protocolVersion")?.as_str()?;
    let revision = Revision::parse(asked).filter(|revision| revision.has_handshake());
    Some(revision.unwrap_or(Revision::LATEST_WITH_HANDSHAKE))
}

/// True if `text` names a revision after the last with a handshake, spoken here or not.
pub(super) fn names_one_without_handshake(text: &str) -> bool {
    let is_date = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    // Dates sort as text. Drafts in between are of no revision, and were spoken with a handshake.
    is_date && text >= FIRST_WITHOUT_HANDSHAKE.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Predicate = (&'static str, fn(Revision) -> bool);

    macro_rules! predicates {
        ($($name:ident)*) => { [$((stringify!($name), Revision::$name as fn(Revision) -> bool)),*] };
    }

    const PREDICATES: [Predicate; 31] = predicates! {
        has_handshake
        has_sessions
        has_batches
        has_request_meta
        mirrors_headers
        cancels_by_closing
        has_priming_events
        has_error_statuses
        has_missing_capability
        has_resource_not_found
        has_result_type
        has_cache_hints
        has_multi_round_trip
        has_tasks
        has_listen
        has_completions
        has_completion_context
        has_progress_messages
        has_elicitation
        has_url_elicitation
        has_elicitation_ids
        has_full_forms
        has_titles
        has_server_details
        has_icons
        has_tool_annotations
        has_modification_times
        has_audio
        has_resource_links
        has_structured_content
        has_structured_values
    };

    #[test]
    fn a_revision_to_come_is_all_that_the_newest_is() {
        for (name, predicate) in PREDICATES {
            let newest = predicate(Revision::LATEST);
            assert_eq!(predicate(Revision::V2099_01_01), newest, "{name}");
            // Each tells some revisions from others, and changes once.
            let said: Vec<bool> = Revision::ALL.into_iter().map(predicate).collect();
            let changes = said.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert_eq!(changes, 1, "{name}");
        }
    }

    #[test]
    fn no_predicate_is_left_out() {
        let declared: Vec<&str> = include_str!("revision.rs")
            .lines()
            .filter_map(|line| {
                line.trim().strip_prefix("pub fn ")?.strip_suffix("(self) -> bool {")
            })
            .collect();
        assert_eq!(declared, PREDICATES.map(|(name, _)| name));
    }

    #[test]
    fn a_revision_to_come_is_named_as_one_without_handshake() {
        for revision in Revision::ALL.into_iter().chain([Revision::V2099_01_01]) {
            let named = names_one_without_handshake(revision.as_str());
            assert_eq!(named, !revision.has_handshake(), "{revision:?}");
        }
        for text in ["", "2025-12-01", "2026-07-27", "2099-1-1", "2099/01/01", "2026-07-28 "] {
            assert!(!names_one_without_handshake(text), "{text}");
        }
    }

    #[test]
    fn a_stored_revision_is_named_as_on_the_wire() {
        for revision in Revision::ALL {
            let stored = serde_json::to_value(revision).expect("JSON");
            assert_eq!(stored, revision.as_str());
        }
    }

    #[test]
    fn the_newest_comes_first() {
        assert!(Revision::ALL.is_sorted_by(|newer, older| newer > older));
        let with_handshake = Revision::ALL.into_iter().find(|revision| revision.has_handshake());
        assert_eq!(with_handshake, Some(Revision::LATEST_WITH_HANDSHAKE));
    }
}
