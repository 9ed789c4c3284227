//! JSON-RPC 2.0 messages: strict reading, plain writing.

use serde_json::{Map, Value};

use crate::json;

pub use super::envelope::MAX_ID_BYTES;
pub(super) use super::envelope::success;
pub(super) use super::fault::{
    Fault, HEADER_MISMATCH, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR,
    UNSUPPORTED_PROTOCOL_VERSION,
};

/// Arrays and objects inside each other in one message. Tool arguments are a few levels deep;
/// the reader recurses, and a Worker's stack is small.
pub const MAX_NESTING: u32 = 64;

/// Values in one message, counted with the commas between them. Each takes up to a hundred bytes once
/// it is read, and a Worker has 128 MB for everything.
pub const MAX_VALUES: u32 = 100_000;

/// Messages in one batch. Each may be a tool call, and all of them share the time and memory of
/// one Worker request.
pub const MAX_BATCH: usize = 32;

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
    /// Nothing is answered.
    Notification {
        method: String,
        params: Map<String, Value>,
    },
    /// The client's answer to a request of the server; `null` for an id that it could not read.
    Response {
        id: Value,
        /// `result`, or `error`.
        result: Result<Value, Value>,
    },
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
    let body = json::without_mark(body);
    let extent = Extent::of(body);
    if extent.nesting > MAX_NESTING {
        return Err(Fault::new(PARSE_ERROR, "Parse error: nested too deeply"));
    }
    if extent.values > MAX_VALUES {
        return Err(Fault::new(PARSE_ERROR, "Parse error: too many values"));
    }
    let value = serde_json::from_slice(body)
        .map_err(|_| Fault::new(PARSE_ERROR, "Parse error: the body is not JSON"))?;
    // The reader keeps the last of several members of one name, and others on the way the first.
    if members(&value) != extent.members {
        return Err(Fault::new(INVALID_REQUEST, "Invalid request: an object has a member twice"));
    }
    match value {
        Value::Array(messages) => match messages.len() {
            0 => Err(Fault::new(INVALID_REQUEST, "Invalid request: the batch is empty")),
            1..=MAX_BATCH => Ok(Body::Batch(messages.into_iter().map(message).collect())),
            _ => Err(Fault::new(
                INVALID_REQUEST,
                format!("Invalid request: more than {MAX_BATCH} messages in a batch"),
            )),
        },
        value => Ok(Body::Single(message(value))),
    }
}

/// Size of a body, counted before anything recurses or takes memory.
struct Extent {
    /// The deepest nesting of arrays and objects.
    nesting: u32,
    values: u32,
    /// Members of objects: each has one colon outside of text.
    members: usize,
}

impl Extent {
    fn of(body: &[u8]) -> Self {
        let (mut depth, mut nesting, mut values, mut members) = (0_u32, 0, 1_u32, 0);
        let (mut in_text, mut escaped) = (false, false);
        for byte in body {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                _ if in_text => {}
                b'[' | b'{' => {
                    depth += 1;
                    nesting = nesting.max(depth);
                    values = values.saturating_add(1);
                }
                b']' | b'}' => depth = depth.saturating_sub(1),
                b',' => values = values.saturating_add(1),
                b':' => members += 1,
                _ => {}
            }
        }
        Self { nesting, values, members }
    }
}

/// The members of all objects in a value.
fn members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(members).sum(),
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

fn message(value: Value) -> Result<Message, Box<Invalid>> {
    let Value::Object(mut object) = value else {
        return Err(invalid(None, "a message is an object"));
    };
    let is_response = !object.contains_key("method")
        && object.contains_key("result") != object.contains_key("error");
    if is_response && object.get("jsonrpc").is_some_and(|version| version == "2.0") {
        return Ok(response(object));
    }
    let id = match object.remove("id") {
        None => None,
        Some(id) => match canonical(id) {
            Some(id) => Some(id),
            None => return Err(invalid(None, "`id` is neither text nor a whole number")),
        },
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
    let mut params = match object.remove("params") {
        // `null` is not allowed; clients that write absent members that way are understood.
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => {
            let fault = Fault::new(INVALID_PARAMS, "Invalid params: `params` is not an object");
            return Err(Box::new(Invalid { id, fault }));
        }
    };
    if id.is_some() && !has_valid_progress_token(&mut params) {
        let what = "Invalid params: `progressToken` is neither text nor a whole number";
        return Err(Box::new(Invalid { id, fault: Fault::new(INVALID_PARAMS, what) }));
    }
    Ok(match id {
        Some(id) => Message::Request(Request { id, method, params }),
        None => Message::Notification { method, params },
    })
}

/// An object that has one of `result` and `error`.
fn response(mut object: Map<String, Value>) -> Message {
    let id = object.remove("id").unwrap_or_default();
    let result = match object.remove("result") {
        Some(result) => Ok(result),
        None => Err(object.remove("error").unwrap_or_default()),
    };
    Message::Response { id, result }
}

/// An id, or a token that is repeated as an id is, in the one way to write it: `1000` for `1e3`.
///
/// MCP narrows JSON-RPC: never `null`, and whole numbers only. `None` for anything else, and for a
/// number that could not be given back as it was.
pub(super) fn canonical(id: Value) -> Option<Value> {
    match &id {
        Value::String(text) => (text.len() <= MAX_ID_BYTES).then_some(id),
        Value::Number(number) if number.is_u64() => Some(id),
        _ => json::exact_integer(&id).map(Value::from),
    }
}

/// Makes `_meta.progressToken` canonical. A `null` is a client's way to write that there is none.
fn has_valid_progress_token(params: &mut Map<String, Value>) -> bool {
    let token = params.get_mut("_meta").and_then(|meta| meta.get_mut("progressToken"));
    let Some(token) = token.filter(|token| !token.is_null()) else { return true };
    let Some(valid) = canonical(token.take()) else { return false };
    *token = valid;
    true
}

fn invalid(id: Option<Value>, what: &str) -> Box<Invalid> {
    let fault = Fault::new(INVALID_REQUEST, format!("Invalid request: {what}"));
    Box::new(Invalid { id, fault })
}
