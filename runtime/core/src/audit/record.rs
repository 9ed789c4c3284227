//! Serialized form of an event.

use serde_json::Value;
use toolgate_config::Audit;

use crate::audit::{Event, Finish};
use crate::json::to_text;

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
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Seconds since 1970.
    time: u64,
    /// In the order of [`BLOBS`].
    texts: [Option<&'a str>; BLOBS.len()],
    finish: Option<Finish>,
    /// The instance of the server that writes it, and the number of the line in that instance.
    line: (&'a str, u64),
}

impl<'a> Record<'a> {
    /// The event of a request, with what `[audit]` allows.
    #[must_use]
    pub fn new(
        event: &'a Event,
        audit: &Audit,
        time: u64,
        request: &'a str,
        line: (&'a str, u64),
    ) -> Self {
        let arguments = event.arguments.as_deref().filter(|_| audit.arguments);
        Self {
            time,
            texts: [
                Some(event.kind.name()),
                Some(event.reason.code()),
                event.user.as_deref().map(|user| cut(user, PSEUDONYM_LENGTH)),
                event.client.as_deref(),
                event.tool,
                event.policy,
                event.detail.as_deref(),
                Some(request),
                event.email.as_deref().filter(|_| audit.email),
                arguments.map(|arguments| cut(arguments, MAX_ARGUMENTS)),
                event.id.as_deref(),
                event.finish.map(|finish| finish.outcome.name()),
                event.claimed_email.as_deref().filter(|_| audit.email),
                event.as_caller.as_deref(),
                event.hosts.as_deref(),
            ],
            finish: event.finish,
            line,
        }
    }

    /// One line of JSON. It is written field by field: what derives that for a structure weighs more.
    #[must_use]
    pub fn json(&self) -> String {
        let mut line = r#"{"toolgate":"audit","time":"#.to_owned();
        line.push_str(&self.time.to_string());
        for (name, text) in BLOBS.iter().zip(self.texts) {
            if let Some(text) = text {
                add(&mut line, name, Value::from(text));
            }
        }
        if let Some(Finish { ms, bytes, .. }) = self.finish {
            add(&mut line, "ms", Value::from(ms));
            add(&mut line, "bytes", Value::from(bytes));
        }
        let (instance, number) = self.line;
        add(&mut line, "instance", Value::from(instance));
        add(&mut line, "seq", Value::from(number));
        line.push('}');
        line
    }

    /// The blobs of an Analytics Engine data point, as [`BLOBS`] names them.
    #[must_use]
    pub fn blobs(&self) -> [&'a str; BLOBS.len()] {
        self.texts.map(Option::unwrap_or_default)
    }

    /// The person's pseudonym, which is the index of a data point.
    #[must_use]
    pub fn user(&self) -> &'a str {
        self.texts[USER].unwrap_or_default()
    }
}

/// The place of the user in [`BLOBS`].
const USER: usize = 2;

fn add(line: &mut String, name: &str, value: Value) {
    line.push_str(",\"");
    line.push_str(name);
    line.push_str("\":");
    line.push_str(&to_text(&value));
}

fn cut(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}
