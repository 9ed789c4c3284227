//! The HTTP headers that MCP gives a meaning.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use super::revision::{self, Revision};
use crate::reply::Reply;

pub(super) static PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub(super) static METHOD: HeaderName = HeaderName::from_static("mcp-method");
pub(super) static NAME: HeaderName = HeaderName::from_static("mcp-name");

/// A header that may be sent once: its trimmed value, `None` without one, or `Err` when it is
/// repeated or has bytes that are not visible ASCII.
pub(super) fn single<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h str>, Malformed> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Ok(Some(text.trim_matches([' ', '\t']))),
            Err(_) => Err(Malformed),
        },
        (Some(_), Some(_)) => Err(Malformed),
    }
}

/// A header that cannot be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Malformed;

/// Value of `MCP-Protocol-Version`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Version<'h> {
    Absent,
    /// A revision that is spoken here.
    Spoken(Revision),
    /// Anything else; `None` when it is not even text.
    Unknown(Option<&'h str>),
}

impl<'h> Version<'h> {
    pub(super) fn read(headers: &'h HeaderMap) -> Self {
        match single(headers, &PROTOCOL_VERSION) {
            Ok(None) => Self::Absent,
            Ok(Some(text)) => Revision::parse(text).map_or(Self::Unknown(Some(text)), Self::Spoken),
            Err(Malformed) => Self::Unknown(None),
        }
    }

    pub(super) fn text(self) -> Option<&'h str> {
        match self {
            Self::Absent => None,
            Self::Spoken(revision) => Some(revision.as_str()),
            Self::Unknown(text) => text,
        }
    }

    /// It names a revision whose requests stand by themselves, spoken here or not.
    pub(super) fn is_without_handshake(self) -> bool {
        self.text().is_some_and(revision::names_one_without_handshake)
    }
}

/// True if the body is declared as JSON. The declaration is required: a browser can send a POST of
/// another type across origins without asking first.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Ok(Some(value)) = single(headers, &CONTENT_TYPE) else { return false };
    let media_type = value.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

/// True if the client takes JSON. The specification wants both JSON and event streams listed, but
/// JSON alone is enough for most answers: whoever takes that, or does not say, is served.
pub(super) fn takes_json(headers: &HeaderMap) -> bool {
    acceptance(headers, &["application/json", "application/*", "*/*"]) != Acceptance::No
}

/// The answer as the client takes it: a result is a stream of one event for a client that takes
/// nothing but streams. Refusals are left as they are.
pub(super) fn shaped(headers: &HeaderMap, answer: Reply) -> Reply {
    if takes_json(headers) { answer } else { as_event(answer) }
}

/// A result as a stream of one event.
pub(super) fn as_event(answer: Reply) -> Reply {
    let is_json = answer.headers().get(CONTENT_TYPE).is_some_and(|it| it == "application/json");
    if answer.status() != StatusCode::OK || !is_json {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // JSON has no line breaks of its own here.
    Reply::from_parts(parts, [b"data: ", body.as_slice(), b"\n\n"].concat())
}

/// True if the client says that it takes event streams. `*/*` does not say so: programs that know
/// nothing of them send it as well.
pub(super) fn takes_stream(headers: &HeaderMap) -> bool {
    acceptance(headers, &["text/event-stream", "text/*"]) == Acceptance::Yes
}

/// Acceptance of some media ranges by `Accept`.
#[derive(PartialEq, Eq)]
enum Acceptance {
    Yes,
    No,
    /// The header is missing or empty.
    Unstated,
}

/// Acceptance of at least one of these media ranges.
fn acceptance(headers: &HeaderMap, ranges: &[&str]) -> Acceptance {
    let mut unmatched = Acceptance::Unstated;
    for value in headers.get_all(ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media_range = parts.next().unwrap_or_default();
            if media_range.is_empty() {
                continue;
            }
            unmatched = Acceptance::No;
            let matches = ranges.iter().any(|name| media_range.eq_ignore_ascii_case(name));
            if matches && !parts.any(is_zero_quality) {
                return Acceptance::Yes;
            }
        }
    }
    unmatched
}

/// `q=0`, `q=0.000`: not acceptable.
fn is_zero_quality(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) => {
            name.trim().eq_ignore_ascii_case("q")
                && value.trim().bytes().all(|byte| matches!(byte, b'0' | b'.'))
        }
        None => false,
    }
}

/// The value of `Mcp-Name` or `Mcp-Param-…`, decoded where it is wrapped as `=?base64?…?=`. `None`
/// when the wrapped text is not canonical base64 of UTF-8.
pub(super) fn decode(value: &str) -> Option<Cow<'_, str>> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        None => Some(Cow::Borrowed(value)),
        Some(encoded) => {
            let bytes = STANDARD.decode(encoded).ok()?;
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }
    }
}
