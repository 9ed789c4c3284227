//! Requests as a client of each revision sends them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use serde_json::{Map, Value, json};
use toolgate_core::mcp::tool::ParamHeader;
use toolgate_core::mcp::{Method, Revision};

/// The client as each request of 2026-07-28 describes it.
pub(super) struct Sender<'a> {
    pub(super) revision: Revision,
    pub(super) capabilities: &'a Value,
}

/// The POST of a JSON-RPC request. `params` is what the method itself takes; `repeated` are the
/// arguments that the tool wants in headers.
pub(super) fn post(
    sender: &Sender<'_>,
    id: u64,
    method: Method,
    mut params: Map<String, Value>,
    repeated: &[ParamHeader],
) -> Request<Vec<u8>> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    let version = HeaderValue::from_static(sender.revision.as_str());
    headers.insert(HeaderName::from_static("mcp-protocol-version"), version);
    let mut meta = json!({ "progressToken": id });
    if sender.revision.has_request_meta() {
        meta["io.modelcontextprotocol/protocolVersion"] = sender.revision.as_str().into();
        meta["io.modelcontextprotocol/clientCapabilities"] = sender.capabilities.clone();
        meta["io.modelcontextprotocol/logLevel"] = "debug".into();
    }
    if sender.revision.mirrors_headers() {
        headers.insert(HeaderName::from_static("mcp-method"), value(method.name()));
        if let Some(name) = method.named_by().and_then(|key| params.get(key)?.as_str()) {
            headers.insert(HeaderName::from_static("mcp-name"), value(name));
        }
        repeat(&mut headers, repeated, params.get("arguments"));
    }
    params.insert("_meta".to_owned(), meta);
    let message = json!({ "jsonrpc": "2.0", "id": id, "method": method.name(), "params": params });
    let mut request = Request::new(message.to_string().into_bytes());
    *request.method_mut() = http::Method::POST;
    *request.headers_mut() = headers;
    request
}

/// `Mcp-Param-…`. What cannot be in a header is left to the server to refuse.
fn repeat(headers: &mut HeaderMap, repeated: &[ParamHeader], arguments: Option<&Value>) {
    for ParamHeader { header, argument } in repeated {
        let text = match arguments.and_then(|arguments| arguments.get(argument)) {
            Some(Value::String(text)) => text.clone(),
            Some(other @ (Value::Bool(_) | Value::Number(_))) => other.to_string(),
            _ => continue,
        };
        if let Ok(name) = HeaderName::try_from(format!("mcp-param-{header}")) {
            headers.insert(name, value(&text));
        }
    }
}

/// Wrapped where it is not plain.
fn value(text: &str) -> HeaderValue {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && text.trim() == text
        && !text.starts_with("=?base64?");
    let wrapped =
        if is_plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) };
    HeaderValue::try_from(wrapped).expect("base64 is plain")
}
