//! Paths of the server, and the protected resources behind them (RFC 9728).

/// Path of Streamable HTTP.
pub const MCP_PATH: &str = "/mcp";
/// Path that the identity provider sends the browser back to.
pub const CALLBACK_PATH: &str = "/callback";
/// Path of the page of a person's own connections.
pub const CONNECTIONS_PATH: &str = "/connections";
/// Path of HTTP+SSE.
pub const SSE_PATH: &str = "/sse";

/// The protected resource behind a path: messages of HTTP+SSE belong to `/sse`.
#[must_use]
pub fn resource(origin: &str, path: &str) -> String {
    format!("{origin}{}", if path == MCP_PATH { MCP_PATH } else { SSE_PATH })
}

/// The path of the resource that a request to `path` is for.
#[must_use]
pub fn resource_path(path: &str) -> &'static str {
    if path == MCP_PATH { MCP_PATH } else { SSE_PATH }
}

/// Address of the metadata of the resource behind `path` (RFC 9728 section 3).
pub(crate) fn metadata(origin: &str, path: &str) -> String {
    let path = resource_path(path);
    format!("{origin}/.well-known/oauth-protected-resource{path}")
}

/// A challenge that was made without knowing the address, with where the resource's metadata is.
#[must_use]
pub fn located(challenge: &str, origin: &str, path: &str) -> String {
    format!("{challenge}, resource_metadata=\"{}\"", metadata(origin, path))
}
