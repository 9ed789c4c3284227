//! Serialized form of an event.

use serde::Serialize;
use toolgate_config::Audit;

use crate::audit::Event;

/// Characters of a person's pseudonym that are written: 96 bits, enough to tell any number of people
/// apart, and not the name under which their grants are stored.
pub const PSEUDONYM_LENGTH: usize = 16;

/// Bytes of a call's arguments that are written. An Analytics Engine data point holds 16 KiB, a
/// message of a Queue 128 KiB, a line of the log 256 KiB; the rest of an event is under 1 KiB.
pub const MAX_ARGUMENTS: usize = 4 * 1024;

/// Blobs of an Analytics Engine data point, from `blob1` on. The order never changes; new fields
/// are added at the end. The index is the user.
pub const BLOBS: [&str; 15] = [
    "event",
    "reason",
    "user",
    "client",
    "tool",
    "policy",
    "detail",
    "request",
    "email",
    "arguments",
    "id",
    "outcome",
    "claimed_email",
    "as_caller",
    "hosts",
];

/// An event as it leaves the server: what `[audit] include` does not ask for is not in it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Record<'a> {
    toolgate: &'static str,
    /// Seconds since 1970.
    pub time: u64,
    /// [`EventKind::name`](super::EventKind::name).
    pub event: &'static str,
    /// [`Reason::code`](super::Reason::code).
    pub reason: &'static str,
    /// The person's pseudonym.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a str>,
    /// Key of the OAuth client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<&'a str>,
    /// The tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<&'a str>,
    /// The policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<&'a str>,
    /// Subject of the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a str>,
    /// Which request it was.
    pub request: &'a str,
    /// The person's e-mail address, proven to be theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    /// An e-mail address that may be anybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_email: Option<&'a str>,
    /// The call's arguments: JSON as text, cut at [`MAX_ARGUMENTS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<&'a str>,
    /// Hosts at which the call acted in the person's name, with blanks between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_caller: Option<&'a str>,
    /// Hosts to which the call sent requests, with blanks between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<&'a str>,
    /// Joins the events of a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// [`CallOutcome::name`](super::CallOutcome::name).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Milliseconds that the call took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Bytes of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
    /// Which instance of the server wrote it.
    pub instance: &'a str,
    /// The number of the line in that instance.
    pub seq: u64,
}

impl<'a> Record<'a> {
    /// The event of a request, with what `[audit]` allows.
    #[must_use]
    pub fn new(
        event: &'a Event,
        audit: &Audit,
        time: u64,
        request: &'a str,
        (instance, seq): (&'a str, u64),
    ) -> Self {
        Self {
            toolgate: "audit",
            time,
            event: event.kind.name(),
            reason: event.reason.code(),
            user: event.user.as_deref().map(|user| cut(user, PSEUDONYM_LENGTH)),
            client: event.client.as_deref(),
            tool: event.tool,
            policy: event.policy,
            detail: event.detail.as_deref(),
            request,
            email: event.email.as_deref().filter(|_| audit.email),
            claimed_email: event.claimed_email.as_deref().filter(|_| audit.email),
            arguments: event
                .arguments
                .as_deref()
                .filter(|_| audit.arguments)
                .map(|arguments| cut(arguments, MAX_ARGUMENTS)),
            as_caller: event.as_caller.as_deref(),
            hosts: event.hosts.as_deref(),
            id: event.id.as_deref(),
            outcome: event.finish.map(|finish| finish.outcome.name()),
            ms: event.finish.map(|finish| finish.ms),
            bytes: event.finish.map(|finish| finish.bytes),
            instance,
            seq,
        }
    }

    /// One line of JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The blobs of an Analytics Engine data point, as [`BLOBS`] names them.
    #[must_use]
    pub fn blobs(&self) -> [&'a str; BLOBS.len()] {
        let text = Option::unwrap_or_default;
        [
            self.event,
            self.reason,
            text(self.user),
            text(self.client),
            text(self.tool),
            text(self.policy),
            text(self.detail),
            self.request,
            text(self.email),
            text(self.arguments),
            text(self.id),
            text(self.outcome),
            text(self.claimed_email),
            text(self.as_caller),
            text(self.hosts),
        ]
    }
}

fn cut(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}
