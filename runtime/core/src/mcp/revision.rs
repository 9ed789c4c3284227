//! The revisions of MCP and what each of them can carry.

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
}

impl Revision {
    /// Every revision spoken here, newest first: what `server/discover` lists.
    pub const ALL: [Self; 5] = [
        Self::V2026_07_28,
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
        Self::V2024_11_05,
    ];

    /// The answer to an `initialize` that asks for a revision which has none or is unknown.
    pub const LATEST_WITH_HANDSHAKE: Self = Self::V2025_11_25;

    /// What a request without `MCP-Protocol-Version` is taken for: the specification's default.
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
        }
    }

    /// The revision of this name, when it is spoken here.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.as_str() == name)
    }

    /// Without handshake: every request says its revision, and errors have HTTP statuses.
    #[must_use]
    pub const fn is_modern(self) -> bool {
        matches!(self, Self::V2026_07_28)
    }

    /// JSON-RPC batches are part of 2025-03-26 and were removed after it. 2024-11-05 does not
    /// mention them, and JSON-RPC 2.0 has them.
    #[must_use]
    pub fn has_batches(self) -> bool {
        self <= Self::V2025_03_26
    }
}

/// The revision that answers an `initialize`: the one asked for, or the newest that has one.
pub(super) fn negotiate(params: &Map<String, Value>) -> Option<Revision> {
    let asked = params.get("protocolVersion")?.as_str()?;
    let revision = Revision::parse(asked).filter(|revision| !revision.is_modern());
    Some(revision.unwrap_or(Revision::LATEST_WITH_HANDSHAKE))
}

/// Whether `text` names 2026-07-28 or a later revision, spoken here or not.
pub(super) fn names_modern(text: &str) -> bool {
    let is_date = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    is_date && text >= Revision::V2026_07_28.as_str()
}
