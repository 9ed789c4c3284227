//! Streamable HTTP: one endpoint for every revision, without sessions.
//!
//! A request of 2026-07-28 says so in its `_meta` and headers and is checked the modern way; all
//! others are served the way of the revision in their `MCP-Protocol-Version` header. The two ways
//! keep apart in their errors: a client that speaks both takes a modern error as proof of a modern
//! server and then never falls back to `initialize`, so the codes -32020 to -32022 and the status
//! 404 are answered to modern requests only.
//!
//! `Mcp-Session-Id` is ignored. No session is ever begun here, so an id that arrives is one from
//! whatever was deployed at this address before. The answer 404 would be meant to make such a
//! client start over, and several report it as a failure instead; every request stands by itself,
//! so there is nothing that the id could be wrong about. It is never a credential.

use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::Server;
use super::call::{self, Answers, Call, Pending};
use super::headers::{self, Version};
use super::json::object;
use super::jsonrpc::{
    self, Body, Fault, HEADER_MISMATCH, INVALID_PARAMS, INVALID_REQUEST, Invalid, METHOD_NOT_FOUND,
    Message, Request, UNSUPPORTED_PROTOCOL_VERSION,
};
use super::methods::{self, Answer, Scope};
use super::outcome::Outcome;
use super::revision::Revision;
use crate::caller::{Caller, Vars};

const META_PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// An HTTP response with its body in memory.
pub type Response = http::Response<Vec<u8>>;

/// What [`accept_http`] made of a request.
#[derive(Debug)]
pub enum Accepted {
    /// The answer.
    Done(Response),
    /// Tools have to run first.
    Run(Exchange),
}

/// A POST whose tool calls have to run before it is answered.
#[derive(Debug)]
pub struct Exchange(Pending);

impl Exchange {
    /// The calls to run; each is given out once.
    pub fn calls(&mut self) -> Vec<Call> {
        self.0.calls()
    }

    /// The answer, from the results and the [`Call::slot`] each belongs to. A call without a
    /// result answers with an internal error.
    #[must_use]
    pub fn finish(self, results: Vec<(usize, Outcome)>) -> Response {
        json(StatusCode::OK, self.0.finish(results))
    }
}

/// Answers one HTTP request to the MCP endpoint. The caller is authenticated and the `Origin`
/// checked.
#[must_use]
pub fn accept_http(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    request: &http::Request<Vec<u8>>,
) -> Accepted {
    // GET would open a stream from server to client, which nothing here writes to; DELETE would
    // end a session.
    if request.method() != Method::POST {
        return Accepted::Done(method_not_allowed());
    }
    if super::is_too_large(server, request.body()) {
        return Accepted::Done(plain(StatusCode::PAYLOAD_TOO_LARGE, "Body too large"));
    }
    if !headers::is_json(request.headers()) {
        let message = "Content-Type must be application/json";
        return Accepted::Done(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    if !headers::takes_json(request.headers()) {
        let message = "Accept must allow application/json";
        return Accepted::Done(plain(StatusCode::NOT_ACCEPTABLE, message));
    }
    let version = Version::read(request.headers());
    let scope = Scope { server, caller, vars, revision: Revision::WITHOUT_HEADER };
    match jsonrpc::read(request.body()) {
        Err(fault) => refuse(fault, None),
        Ok(Body::Batch(messages)) => batch(scope, version, messages),
        Ok(Body::Single(Err(invalid))) => refuse(invalid.fault, invalid.id.as_ref()),
        Ok(Body::Single(Ok(Message::Request(message)))) => {
            single(scope, version, request.headers(), message)
        }
        Ok(Body::Single(Ok(Message::Response))) if version.is_modern() => {
            refuse(Fault::new(INVALID_REQUEST, "This revision has no responses of clients"), None)
        }
        Ok(Body::Single(Ok(Message::Notification | Message::Response))) => unanswered(version),
    }
}

fn single(
    scope: Scope<'_>,
    version: Version<'_>,
    headers: &http::HeaderMap,
    request: Request,
) -> Accepted {
    let meta = request.params.get("_meta").and_then(Value::as_object);
    let stated = meta.and_then(|meta| meta.get(META_PROTOCOL_VERSION));
    let revision = if stated.is_some() || version.is_modern() || request.method == "server/discover"
    {
        match check_modern(version, headers, &request, meta) {
            Ok(revision) => revision,
            Err(fault) => return refuse(fault, Some(&request.id)),
        }
    } else if request.method == "initialize" {
        // Whatever the header says: nothing has been negotiated yet.
        Revision::WITHOUT_HEADER
    } else {
        match legacy_revision(version) {
            Some(revision) => revision,
            None => return unsupported_legacy(),
        }
    };
    let scope = Scope { revision, ..scope };
    let id = request.id.clone();
    match methods::answer(&scope, request, 0) {
        Ok(Answer::Ready(text)) => Accepted::Done(json(StatusCode::OK, text)),
        Ok(Answer::Call(call)) => Accepted::Run(Exchange(Pending::single(&scope, *call))),
        Err(fault) => {
            let status = if revision.is_modern() && fault.code == METHOD_NOT_FOUND {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::OK
            };
            Accepted::Done(json(status, fault.response(Some(&id))))
        }
    }
}

fn batch(
    scope: Scope<'_>,
    version: Version<'_>,
    messages: Vec<Result<Message, Box<Invalid>>>,
) -> Accepted {
    let Some(revision) = legacy_revision(version).filter(|revision| revision.has_batches()) else {
        return refuse(Fault::new(INVALID_REQUEST, "This revision has no batches"), None);
    };
    match call::batch(&Scope { revision, ..scope }, messages) {
        Answers::None => Accepted::Done(accepted()),
        Answers::Ready(text) => Accepted::Done(json(StatusCode::OK, text)),
        Answers::Waiting(pending) => Accepted::Run(Exchange(pending)),
    }
}

/// Notifications and responses are taken and nothing comes of them: there is no state that
/// `initialized` could change, and a call that `cancelled` names answers on its own connection.
fn unanswered(version: Version<'_>) -> Accepted {
    match version {
        Version::Unknown(Some(text)) if version.is_modern() => refuse(unsupported(text), None),
        Version::Unknown(_) => unsupported_legacy(),
        Version::Absent | Version::Spoken(_) => Accepted::Done(accepted()),
    }
}

/// The revision of a request that carries no sign of a modern client, when it is spoken here.
fn legacy_revision(version: Version<'_>) -> Option<Revision> {
    match version {
        Version::Absent => Some(Revision::WITHOUT_HEADER),
        Version::Spoken(revision) if !revision.is_modern() => Some(revision),
        Version::Spoken(_) | Version::Unknown(_) => None,
    }
}

/// No JSON-RPC error, so that a client that speaks both ways does not take it for a modern one.
fn unsupported_legacy() -> Accepted {
    Accepted::Done(plain(StatusCode::BAD_REQUEST, "Unsupported MCP-Protocol-Version"))
}

/// The checks of 2026-07-28, in the order that tells a client most.
fn check_modern(
    version: Version<'_>,
    headers: &http::HeaderMap,
    request: &Request,
    meta: Option<&Map<String, Value>>,
) -> Result<Revision, Fault> {
    let stated = match meta.and_then(|meta| meta.get(META_PROTOCOL_VERSION)) {
        Some(Value::String(stated)) => stated.as_str(),
        _ => return Err(missing_meta(META_PROTOCOL_VERSION)),
    };
    if version.text() != Some(stated) {
        let message = "MCP-Protocol-Version must equal the protocolVersion in _meta";
        return Err(Fault::new(HEADER_MISMATCH, message));
    }
    if !meta.is_some_and(|meta| meta.get(META_CLIENT_CAPABILITIES).is_some_and(Value::is_object)) {
        return Err(missing_meta(META_CLIENT_CAPABILITIES));
    }
    let Some(revision) = Revision::parse(stated).filter(|revision| revision.is_modern()) else {
        return Err(unsupported(stated));
    };
    match headers::single(headers, &headers::METHOD) {
        Ok(Some(method)) if method == request.method => {}
        _ => return Err(Fault::new(HEADER_MISMATCH, "Mcp-Method must equal the method")),
    }
    if request.method == "tools/call" {
        check_name(headers, &request.params)?;
    }
    Ok(revision)
}

fn check_name(headers: &http::HeaderMap, params: &Map<String, Value>) -> Result<(), Fault> {
    let Some(name) = params.get("name").and_then(Value::as_str) else {
        return Err(Fault::new(INVALID_PARAMS, "Invalid params: `name` is not text"));
    };
    let header = headers::single(headers, &headers::NAME).ok().flatten();
    match header.and_then(headers::decode_name) {
        Some(header) if header == name => Ok(()),
        _ => Err(Fault::new(HEADER_MISMATCH, "Mcp-Name must equal the name in params")),
    }
}

fn missing_meta(key: &str) -> Fault {
    Fault::new(INVALID_PARAMS, format!("Invalid params: _meta lacks a valid {key}"))
}

fn unsupported(requested: &str) -> Fault {
    let data = object(vec![
        ("supported", methods::supported_versions()),
        ("requested", Value::from(requested)),
    ]);
    Fault::new(UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version").with_data(data)
}

fn refuse(fault: Fault, id: Option<&Value>) -> Accepted {
    Accepted::Done(bad_request(fault, id))
}

/// 400 with a JSON-RPC error.
pub(super) fn bad_request(fault: Fault, id: Option<&Value>) -> Response {
    json(StatusCode::BAD_REQUEST, fault.response(id))
}

fn json(status: StatusCode, text: String) -> Response {
    respond(status, Some("application/json"), text.into_bytes())
}

/// A refusal that is no JSON-RPC message.
pub(super) fn plain(status: StatusCode, text: &str) -> Response {
    respond(status, Some("text/plain; charset=utf-8"), text.as_bytes().to_vec())
}

fn accepted() -> Response {
    respond(StatusCode::ACCEPTED, None, Vec::new())
}

fn method_not_allowed() -> Response {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

fn respond(status: StatusCode, content_type: Option<&'static str>, body: Vec<u8>) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}
