//! JSON-RPC 2.0 messages: strict reading, plain writing.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::json::{member, object, quote};

/// Arrays and objects inside each other in one message. Tool arguments are a few levels deep;
/// the reader recurses, and a Worker's stack is small.
pub const MAX_NESTING: u32 = 64;

/// Messages in one batch. Each may be a tool call, and all of them share the time and memory of
/// one Worker request.
pub const MAX_BATCH: usize = 32;

/// Bytes of a request id that is text. Clients use counters and UUIDs (36 bytes); an id is kept
/// and repeated, so it must not be a way to have bodies echoed.
pub const MAX_ID_BYTES: usize = 256;

/// The body is not JSON.
pub const PARSE_ERROR: i32 = -32700;
/// The message is not one of JSON-RPC.
pub const INVALID_REQUEST: i32 = -32600;
/// There is no such method.
pub const METHOD_NOT_FOUND: i32 = -32601;
/// The params are not those of the method.
pub const INVALID_PARAMS: i32 = -32602;
/// The server failed.
pub const INTERNAL_ERROR: i32 = -32603;
/// MCP 2026-07-28: a header is missing, malformed, or says something else than the body.
pub const HEADER_MISMATCH: i32 = -32020;
/// MCP 2026-07-28: a call needs something of the client that it did not declare.
pub const MISSING_CLIENT_CAPABILITY: i32 = -32021;
/// MCP 2026-07-28: the revision is not spoken here.
pub const UNSUPPORTED_PROTOCOL_VERSION: i32 = -32022;

/// A JSON-RPC error object.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(super) code: i32,
    message: Cow<'static, str>,
    data: Option<Value>,
}

impl Fault {
    /// An error with this code, see the constants of this module.
    #[must_use]
    pub fn new(code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// With `data`.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// The whole response; without `id` where the request's could not be read.
    #[must_use]
    pub fn response(self, id: Option<&Value>) -> String {
        let mut error =
            vec![("code", Value::from(self.code)), ("message", Value::from(self.message.as_ref()))];
        if let Some(data) = self.data {
            error.push(("data", data));
        }
        envelope(id, "error", &object(error).to_string())
    }
}

/// The whole response to a request that succeeded; `result` is JSON text.
pub(super) fn success(id: &Value, result: &str) -> String {
    envelope(Some(id), "result", result)
}

fn envelope(id: Option<&Value>, key: &str, json: &str) -> String {
    // Results can be images of megabytes: one allocation of the right size.
    let mut out = String::with_capacity(json.len() + MAX_ID_BYTES);
    out.push('{');
    member(&mut out, "jsonrpc", &quote("2.0"));
    if let Some(id) = id {
        member(&mut out, "id", &id.to_string());
    }
    member(&mut out, key, json);
    out.push('}');
    out
}

/// A call that wants an answer.
#[derive(Debug)]
pub struct Request {
    /// Text or a whole number.
    pub(super) id: Value,
    pub(super) method: String,
    pub(super) params: Map<String, Value>,
}

#[derive(Debug)]
pub(super) enum Message {
    Request(Request),
    Notification,
    /// An answer of the client. This server asks nothing, so nothing waits for it.
    Response,
}

/// JSON, but not JSON-RPC as MCP uses it.
#[derive(Debug)]
pub(super) struct Invalid {
    /// The id to answer to, where it could be read.
    pub(super) id: Option<Value>,
    pub(super) fault: Fault,
}

#[derive(Debug)]
pub(super) enum Body {
    Single(Result<Message, Box<Invalid>>),
    /// Between 1 and [`MAX_BATCH`] messages.
    Batch(Vec<Result<Message, Box<Invalid>>>),
}

/// Reads the body of a POST.
pub(super) fn read(body: &[u8]) -> Result<Body, Fault> {
    if nesting(body) > MAX_NESTING {
        return Err(Fault::new(PARSE_ERROR, "Parse error: nested too deeply"));
    }
    match serde_json::from_slice(body) {
        Err(_) => Err(Fault::new(PARSE_ERROR, "Parse error: the body is not JSON")),
        Ok(Value::Array(messages)) => match messages.len() {
            0 => Err(Fault::new(INVALID_REQUEST, "Invalid request: the batch is empty")),
            1..=MAX_BATCH => Ok(Body::Batch(messages.into_iter().map(message).collect())),
            _ => Err(Fault::new(
                INVALID_REQUEST,
                format!("Invalid request: more than {MAX_BATCH} messages in a batch"),
            )),
        },
        Ok(value) => Ok(Body::Single(message(value))),
    }
}

/// The deepest nesting of arrays and objects, counted before anything recurses.
fn nesting(body: &[u8]) -> u32 {
    let (mut depth, mut deepest) = (0_u32, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn message(value: Value) -> Result<Message, Box<Invalid>> {
    let Value::Object(mut object) = value else {
        return Err(invalid(None, "a message is an object"));
    };
    let is_response = !object.contains_key("method")
        && object.contains_key("result") != object.contains_key("error");
    if is_response && object.get("jsonrpc").is_some_and(|version| version == "2.0") {
        return Ok(Message::Response);
    }
    let id = match object.remove("id") {
        None => None,
        Some(id) if is_request_id(&id) => Some(id),
        Some(_) => return Err(invalid(None, "`id` is neither text nor a whole number")),
    };
    if object.get("jsonrpc").is_none_or(|version| version != "2.0") {
        return Err(invalid(id, "`jsonrpc` is not \"2.0\""));
    }
    let Some(Value::String(method)) = object.remove("method") else {
        return Err(invalid(id, "`method` is not text"));
    };
    if object.contains_key("result") || object.contains_key("error") {
        return Err(invalid(id, "a request has neither `result` nor `error`"));
    }
    let params = match object.remove("params") {
        // `null` is not allowed; clients that write absent members that way are understood.
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => {
            let fault = Fault::new(INVALID_PARAMS, "Invalid params: `params` is not an object");
            return Err(Box::new(Invalid { id, fault }));
        }
    };
    Ok(match id {
        Some(id) => Message::Request(Request { id, method, params }),
        None => Message::Notification,
    })
}

/// MCP narrows JSON-RPC: never `null`, and whole numbers only. One beyond 64 bits could not be
/// given back as it was.
fn is_request_id(id: &Value) -> bool {
    match id {
        Value::String(text) => text.len() <= MAX_ID_BYTES,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        _ => false,
    }
}

fn invalid(id: Option<Value>, what: &str) -> Box<Invalid> {
    let fault = Fault::new(INVALID_REQUEST, format!("Invalid request: {what}"));
    Box::new(Invalid { id, fault })
}
