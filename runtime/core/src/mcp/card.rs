//! The Server Card: what a client may know of the server before it connects.
//!
//! SEP-2127 (Final) and the extension that it charters, `experimental-ext-server-card` as of
//! 2026-07-24: `schema.json` and `docs/discovery.md`. A card does not have functions.

use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::describe::server_info;
use super::json::object;
use super::{Revision, Server};
use crate::paths::{MCP_PATH, SSE_PATH};
use crate::reply::{self, Reply};

const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json";
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/mcp-server-card+json");
/// Characters of a title and a description.
const MAX_TEXT: usize = 100;
/// Bytes of a host in a name, which has room for 200 of all and needs some for the package.
const MAX_HOST: usize = 128;

/// The card of a server at this origin, made of this package.
#[must_use]
pub fn card(server: &Server<'_>, package: &str, origin: &str) -> Reply {
    let mut card = server_info(server, Revision::LATEST_WITH_HANDSHAKE);
    card["$schema"] = SCHEMA.into();
    card["name"] = name(package, origin).into();
    for (key, otherwise) in [("title", ""), ("description", "A Model Context Protocol server")] {
        let text = card[key].as_str().unwrap_or(otherwise);
        if !text.is_empty() {
            card[key] = short(text).into();
        }
    }
    let mut remotes = vec![remote("streamable-http", [origin, MCP_PATH].concat(), &Revision::ALL)];
    if server.config.transport.sse {
        let mut spoken = Revision::ALL.to_vec();
        spoken.retain(|revision| revision.has_sessions());
        remotes.push(remote("sse", [origin, SSE_PATH].concat(), &spoken));
    }
    card["remotes"] = Value::Array(remotes);
    let mut reply = reply::public(&card);
    reply.headers_mut().insert(CONTENT_TYPE, MEDIA_TYPE);
    reply
}

fn remote(transport: &str, url: String, revisions: &[Revision]) -> Value {
    object(vec![
        ("type", transport.into()),
        ("url", url.into()),
        ("supportedProtocolVersions", revisions.iter().map(|revision| revision.as_str()).collect()),
    ])
}

/// The host, its labels turned around, and the package: `dev.workers.acme.demo/demo`.
fn name(package: &str, origin: &str) -> String {
    let host = origin.split_once("//").map_or(origin, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    };
    let mut name = String::new();
    for label in host.rsplit('.') {
        if !name.is_empty() {
            name.push('.');
        }
        name.extend(label.chars().map(plain));
    }
    name.truncate(MAX_HOST);
    name.push('/');
    name.extend(package.chars().take(64).map(|c| if c == '_' { c } else { plain(c) }));
    name
}

/// A character that a part of a name may have.
fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() { c } else { '-' }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT - 1) {
        Some((end, last)) if end + last.len_utf8() < text.len() => [&text[..end], "…"].concat(),
        _ => text.to_owned(),
    }
}
