//! Responses of JSON-RPC 2.0.

use serde_json::Value;

use super::json::{member, quote, to_text};

/// Bytes of a request id that is text. Clients use counters and UUIDs (36 bytes); an id is kept
/// and repeated, so it must not be a way to have bodies echoed.
pub const MAX_ID_BYTES: usize = 256;

/// The whole response to a request that succeeded; `result` is JSON text.
pub(super) fn success(id: &Value, result: &str) -> String {
    envelope(Some(id), "result", result)
}

/// A response with this member in addition to its id.
pub(super) fn envelope(id: Option<&Value>, key: &str, json: &str) -> String {
    // Results can be images of megabytes: one allocation of the right size.
    let mut out = String::with_capacity(json.len() + MAX_ID_BYTES);
    out.push('{');
    member(&mut out, "jsonrpc", &quote("2.0"));
    if let Some(id) = id {
        member(&mut out, "id", &to_text(id));
    }
    member(&mut out, key, json);
    out.push('}');
    out
}
