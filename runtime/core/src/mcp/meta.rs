//! `_meta` of requests and results.

use serde_json::{Map, Value};

pub(super) const META_PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
pub(super) const META_CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const META_LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";

/// Key of [`server_info`](super::describe::server_info) in the `_meta` of a result (2026-07-28).
pub(super) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// `_meta` of a request.
pub(super) fn meta(params: &Map<String, Value>) -> Option<&Map<String, Value>> {
    params.get("_meta").and_then(Value::as_object)
}
