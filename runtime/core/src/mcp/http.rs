//! Streamable HTTP: one endpoint for every revision. What belongs to a session is in `session.rs`.
//!
//! A request of 2026-07-28 says so in its `_meta` and headers and is checked the modern way; all
//! others are served the way of the revision in their `MCP-Protocol-Version` header. `initialize`
//! without a revision in `_meta` is of the legacy ones, whatever the header says. The two ways
//! keep apart in their errors: a client that speaks both takes a modern error as proof of a modern
//! server and then never falls back to `initialize`, so the codes -32020 to -32022 and the status
//! 404 are answered to modern requests only.
//!
//! `Mcp-Session-Id` is ignored here: requests of a session that is there never come this far. A valid
//! `initialize` begins a session where the server has any ([`Accepted::Begin`]); everything else
//! stands by itself, so there is nothing that an id could be wrong about. It is never a credential.

use http::StatusCode;
use http::header::{ALLOW, HeaderValue};
use serde_json::{Map, Value};
use toolgate_policy::{Caller, Vars};

use super::batch::{self, BatchAnswers};
use super::exchange::Exchange;
use super::fault::Fault;
use super::headers::{self, Version, shaped};
use super::json::object;
use super::jsonrpc::{
    self, Body, HEADER_MISMATCH, INVALID_PARAMS, INVALID_REQUEST, Invalid, Message, Request,
    UNSUPPORTED_PROTOCOL_VERSION,
};
use super::meta::{META_CLIENT_CAPABILITIES, META_PROTOCOL_VERSION, meta};
use super::method::Method;
use super::methods;
use super::peer::{self, ClientCapabilities};
use super::response::{bad_request, fault, json, plain, respond};
use super::revision::{Revision, negotiate};
use super::server::{MethodAnswer, Scope, Server};
use super::session::SessionState;
use super::subscription::Listen;
use super::task::TaskRequest;
use crate::reply::Reply;

/// Result of [`accept_http`].
#[derive(Debug)]
pub enum Accepted {
    /// The answer.
    Done(Reply),
    /// Something has to run first.
    Run(Exchange),
    /// A session begins.
    Begin(NewSession),
    /// A stream of notifications begins.
    Listen(Listen),
    /// Whoever keeps the task answers.
    Task(TaskRequest),
}

/// A valid `initialize`, where sessions are issued.
#[derive(Debug)]
pub struct NewSession {
    /// The answer, which still lacks the `Mcp-Session-Id`.
    pub response: Reply,
    /// State of the new session, to be stored.
    pub session: SessionState,
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
    let accepted = accept(server, caller, vars, request);
    let challenge = server.challenging.and_then(|it| (it.response)(server.log, caller));
    match challenge.map_or(accepted, Accepted::Done) {
        Accepted::Done(response) => Accepted::Done(shaped(request.headers(), response)),
        Accepted::Begin(NewSession { response, session }) => {
            let response = shaped(request.headers(), response);
            Accepted::Begin(NewSession { response, session })
        }
        accepted => accepted,
    }
}

/// The HTTP answer that is this JSON-RPC message, as the client of the request takes it.
#[must_use]
pub fn answer(headers: &http::HeaderMap, text: String) -> Reply {
    shaped(headers, json(StatusCode::OK, text))
}

fn accept(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    request: &http::Request<Vec<u8>>,
) -> Accepted {
    // GET would open a stream from server to client, which nothing here writes to; DELETE would
    // end a session.
    if request.method() != http::Method::POST {
        return Accepted::Done(method_not_allowed());
    }
    if server.is_too_large(request.body()) {
        return Accepted::Done(plain(StatusCode::PAYLOAD_TOO_LARGE, "Body too large"));
    }
    if !headers::is_json(request.headers()) {
        let message = "Content-Type must be application/json";
        return Accepted::Done(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    if !headers::takes_json(request.headers()) && !headers::takes_stream(request.headers()) {
        let message = "Accept must allow application/json or text/event-stream";
        return Accepted::Done(plain(StatusCode::NOT_ACCEPTABLE, message));
    }
    let headers = request.headers();
    let version = Version::read(headers);
    let revision = Revision::WITHOUT_HEADER;
    let scope = Scope { server, caller, vars, revision, headers: Some(headers), session: None };
    match jsonrpc::read(request.body()) {
        Err(fault) => refuse(fault, None),
        Ok(Body::Batch(messages)) => batch(scope, version, messages),
        Ok(Body::Single(Err(invalid))) => refuse(invalid.fault, invalid.id.as_ref()),
        Ok(Body::Single(Ok(Message::Request(message)))) => single(scope, version, headers, message),
        Ok(Body::Single(Ok(Message::Response { .. }))) if version.is_without_handshake() => {
            refuse(Fault::new(INVALID_REQUEST, "This revision has no responses of clients"), None)
        }
        Ok(Body::Single(Ok(Message::Notification { .. } | Message::Response { .. }))) => {
            unanswered(version)
        }
    }
}

fn single(
    scope: Scope<'_>,
    version: Version<'_>,
    headers: &http::HeaderMap,
    request: Request,
) -> Accepted {
    let meta = meta(&request.params);
    let states_version = meta.is_some_and(|meta| meta.contains_key(META_PROTOCOL_VERSION));
    let (id, method) = (request.id.clone(), Method::parse(&request.method));
    // A client that falls back to `initialize` may go on to send the header of before.
    let is_modern = states_version
        || method == Some(Method::Discover)
        || (version.is_without_handshake() && method != Some(Method::Initialize));
    let (scope, served) = if is_modern {
        match check_modern(scope, version, headers, &request, method) {
            Ok((scope, method)) => (scope, Ok(method)),
            Err(fault) => return refuse(fault, Some(&id)),
        }
    } else if method == Some(Method::Initialize) {
        return initialize(&scope, request);
    } else {
        let Some(revision) = legacy_revision(version) else { return unsupported_legacy() };
        let scope = Scope { revision, ..scope };
        (scope, scope.served(method))
    };
    match served.and_then(|method| methods::answer(&scope, method, request, 0)) {
        Ok(MethodAnswer::Ready(text)) => Accepted::Done(json(StatusCode::OK, text)),
        Ok(MethodAnswer::Call(call)) => Accepted::Run(Exchange::single(&scope, *call)),
        Ok(MethodAnswer::Listen(listen)) => Accepted::Listen(*listen),
        Ok(MethodAnswer::Task(task)) => Accepted::Task(*task),
        Err(error) => Accepted::Done(fault(error, &id, scope.revision)),
    }
}

/// Whatever the version header says: nothing has been negotiated yet.
fn initialize(scope: &Scope<'_>, request: Request) -> Accepted {
    let id = request.id.clone();
    let capabilities = request.params.get("capabilities").cloned();
    let negotiated = negotiate(&request.params);
    let response = match methods::answer(scope, Method::Initialize, request, 0) {
        Ok(MethodAnswer::Ready(text)) => json(StatusCode::OK, text),
        Ok(_) => return Accepted::Done(method_not_allowed()),
        Err(error) => return Accepted::Done(fault(error, &id, scope.revision)),
    };
    match negotiated {
        Some(revision) if scope.server.sessions => {
            let capabilities = ClientCapabilities::read(capabilities.as_ref(), revision);
            Accepted::Begin(NewSession {
                response,
                session: SessionState::begin(revision, capabilities),
            })
        }
        _ => Accepted::Done(response),
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
    let scope = Scope { revision, ..scope };
    let answer = &mut |request: Request, slot| {
        let method = scope.served(Method::parse(&request.method))?;
        methods::answer(&scope, method, request, slot)
    };
    // As in [`unanswered`], nothing comes of the others.
    let (answers, _) = batch::answer(&scope, messages, answer);
    match answers {
        BatchAnswers::None => Accepted::Done(accepted()),
        BatchAnswers::Ready(text) => Accepted::Done(json(StatusCode::OK, text)),
        BatchAnswers::Waiting(exchange) => Accepted::Run(exchange),
    }
}

/// Notifications and responses are taken and nothing comes of them: there is no state that
/// `initialized` could change, and a call that `cancelled` names answers on its own connection.
fn unanswered(version: Version<'_>) -> Accepted {
    match version {
        Version::Unknown(Some(text)) if version.is_without_handshake() => {
            refuse(unsupported(text), None)
        }
        Version::Unknown(_) => unsupported_legacy(),
        Version::Absent | Version::Spoken(_) => Accepted::Done(accepted()),
    }
}

/// The revision of a request that carries no sign of a modern client, when it is spoken here.
fn legacy_revision(version: Version<'_>) -> Option<Revision> {
    match version {
        Version::Absent => Some(Revision::WITHOUT_HEADER),
        Version::Spoken(revision) if revision.has_handshake() => Some(revision),
        Version::Spoken(_) | Version::Unknown(_) => None,
    }
}

/// No JSON-RPC error, so that a client that speaks both ways does not take it for a modern one.
fn unsupported_legacy() -> Accepted {
    Accepted::Done(plain(StatusCode::BAD_REQUEST, "Unsupported MCP-Protocol-Version"))
}

/// The checks of 2026-07-28, in the order that tells a client most: who asks, and for which method.
fn check_modern<'a>(
    scope: Scope<'a>,
    version: Version<'_>,
    headers: &http::HeaderMap,
    request: &Request,
    method: Option<Method>,
) -> Result<(Scope<'a>, Method), Fault> {
    let meta = meta(&request.params);
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
    let Some(revision) = Revision::parse(stated).filter(|revision| !revision.has_handshake())
    else {
        return Err(unsupported(stated));
    };
    match headers::single(headers, &headers::METHOD) {
        Ok(Some(method)) if method == request.method => {}
        _ => return Err(Fault::new(HEADER_MISMATCH, "Mcp-Method must equal the method")),
    }
    let scope = Scope { revision, ..scope };
    let method = scope.served(method)?;
    if let Some(key) = method.named_by() {
        check_name(headers, &request.params, key)?;
    }
    peer::log_level(meta)?;
    Ok((scope, method))
}

/// Fails unless `Mcp-Name` repeats the param.
fn check_name(
    headers: &http::HeaderMap,
    params: &Map<String, Value>,
    key: &str,
) -> Result<(), Fault> {
    let Some(name) = params.get(key).and_then(Value::as_str) else {
        return Err(Fault::params(&["`", key, "` is not text"].concat()));
    };
    let header = headers::single(headers, &headers::NAME).ok().flatten();
    match header.and_then(headers::decode) {
        Some(header) if header == name => Ok(()),
        _ => {
            let message = ["Mcp-Name must equal `", key, "` in params"].concat();
            Err(Fault::new(HEADER_MISMATCH, message))
        }
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

fn accepted() -> Reply {
    respond(StatusCode::ACCEPTED, None, Vec::new())
}

fn method_not_allowed() -> Reply {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}
