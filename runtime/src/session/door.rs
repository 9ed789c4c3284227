//! The Worker's side: authenticates, finds the session's object, and hands the message over.
//!
//! A session's id is sealed for its owner: one that was made up, or is another person's, does not
//! open and reaches no object.

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use toolgate_core::mcp::Begin;
use toolgate_core::oauth::params::Params;
use toolgate_core::reply;
use toolgate_core::seal::{Entropy, Purpose};
use worker::{Request, Response, console_error};

use super::{BEGIN, END, GET, MESSAGE, OPEN, POST, stub};
use crate::entry::Incoming;
use crate::mcp::Admitted;
use crate::platform::PlatformEntropy;
use crate::{convert, mcp, oauth, relay};

/// Carries the session's id (MCP 2025-03-26 to 2025-11-25, Streamable HTTP).
const SESSION_ID: &str = "mcp-session-id";

/// Bytes of an `initialize`: capabilities and a name. Real ones are under 1 KiB.
const MAX_INITIALIZE: usize = 64 * 1024;

/// Serves `GET /sse`, `POST /messages`, and Streamable HTTP that is sent to `/sse`.
pub(super) async fn route(
    incoming: &Incoming<'_>,
    head: http::Request<()>,
    request: Request,
) -> worker::Result<Response> {
    let is_stream = head.uri().path() == "/sse";
    match *head.method() {
        Method::GET if is_stream && !head.headers().contains_key(SESSION_ID) => {
            open(incoming, &head).await
        }
        Method::POST if !is_stream => message(incoming, &head, request).await,
        Method::GET | Method::POST | Method::DELETE if is_stream => {
            mcp::serve(incoming, head, request).await
        }
        _ if is_stream => {
            convert::response(reply::method_not_allowed("GET, POST, DELETE, OPTIONS"))
        }
        _ => convert::response(reply::method_not_allowed("POST, OPTIONS")),
    }
}

/// Opens an HTTP+SSE session.
async fn open(incoming: &Incoming<'_>, head: &http::Request<()>) -> worker::Result<Response> {
    let admitted = match mcp::authenticate(incoming, head).await {
        Ok(admitted) => admitted,
        Err(reply) => return incoming.respond(*reply),
    };
    let Some((id, sealed)) = new_id(incoming, &admitted) else { return unavailable() };
    let endpoint = ["/messages?sessionId=", &sealed].concat();
    ask(incoming, &admitted, (OPEN, &id), head.headers(), endpoint.as_bytes()).await
}

async fn message(
    incoming: &Incoming<'_>,
    head: &http::Request<()>,
    mut request: Request,
) -> worker::Result<Response> {
    let admitted = match mcp::authenticate(incoming, head).await {
        Ok(admitted) => admitted,
        Err(reply) => return incoming.respond(*reply),
    };
    let params = Params::query(head);
    let id = params.get("sessionId").and_then(|sealed| open_id(incoming, &admitted, sealed));
    let Some(id) = id else { return gone() };
    let body = match mcp::read_body(incoming, head, &mut request).await {
        Ok(body) => body,
        Err(reply) => return incoming.respond(*reply),
    };
    ask(incoming, &admitted, (MESSAGE, &id), head.headers(), &body).await
}

/// Serves a Streamable HTTP request that names a session; `None` when it names none, or speaks a
/// revision that has no sessions.
pub(super) async fn serve(
    incoming: &Incoming<'_>,
    admitted: &Admitted,
    head: &http::Request<()>,
    body: &[u8],
) -> Option<worker::Result<Response>> {
    let headers = head.headers();
    if is_initialize(body) {
        // A client that begins anew may still send the id of before.
        return None;
    }
    let sealed = headers.get(SESSION_ID).filter(|_| !is_modern(headers))?;
    let path = match *head.method() {
        Method::POST => POST,
        Method::GET => GET,
        Method::DELETE => END,
        _ => return None,
    };
    let sealed = sealed.to_str().unwrap_or_default();
    Some(match open_id(incoming, admitted, sealed) {
        Some(id) => ask(incoming, admitted, (path, &id), headers, body).await,
        None => gone(),
    })
}

/// Whether the message is an `initialize`. It is read again by whoever answers it, so others are told
/// from it by a look.
fn is_initialize(body: &[u8]) -> bool {
    const NAME: &[u8] = b"\"initialize\"";
    body.len() <= MAX_INITIALIZE
        && body.windows(NAME.len()).any(|part| part == NAME)
        && serde_json::from_slice::<Value>(body)
            .is_ok_and(|message| message.get("method").is_some_and(|method| method == "initialize"))
}

/// Begins the session of a client whose `initialize` was answered.
pub(super) async fn begin(
    incoming: &Incoming<'_>,
    admitted: &Admitted,
    begin: Begin,
) -> worker::Result<Response> {
    let Begin { mut response, session } = begin;
    let Some((id, sealed)) = new_id(incoming, admitted) else { return unavailable() };
    let state = serde_json::to_vec(&session)?;
    let begun = ask(incoming, admitted, (BEGIN, &id), &HeaderMap::new(), &state).await?;
    if begun.status_code() != 200 {
        return Ok(begun);
    }
    if let Ok(sealed) = sealed.parse() {
        response.headers_mut().insert(SESSION_ID, sealed);
    }
    convert::response(response)
}

/// Whether the headers say 2026-07-28 or later. Revisions are dates, which sort as text.
fn is_modern(headers: &HeaderMap) -> bool {
    headers
        .get("mcp-protocol-version")
        .and_then(|version| version.to_str().ok())
        .is_some_and(|version| version.len() == 10 && version >= "2026-07-28")
}

/// A new id, and what its owner is given in place of it.
fn new_id(incoming: &Incoming<'_>, admitted: &Admitted) -> Option<(String, String)> {
    let setup = oauth::setup(incoming).ok()?;
    let id = PlatformEntropy.token();
    let sealed = setup.keys.seal(Purpose::Session, &admitted.shard, &id, &mut PlatformEntropy);
    Some((id, sealed))
}

fn open_id(incoming: &Incoming<'_>, admitted: &Admitted, sealed: &str) -> Option<String> {
    oauth::setup(incoming).ok()?.keys.open(Purpose::Session, &admitted.shard, sealed)
}

/// What a client takes as a sign to begin anew.
pub(super) fn gone() -> worker::Result<Response> {
    convert::response(reply::text(
        StatusCode::NOT_FOUND,
        "There is no such session, or it is over; begin a new one.",
    ))
}

fn unavailable() -> worker::Result<Response> {
    convert::response(reply::text(
        StatusCode::SERVICE_UNAVAILABLE,
        "The session could not be reached; try again.",
    ))
}

async fn ask(
    incoming: &Incoming<'_>,
    admitted: &Admitted,
    (path, id): (&str, &str),
    headers: &HeaderMap,
    message: &[u8],
) -> worker::Result<Response> {
    let stub = stub(incoming.env, id)?;
    match relay::send(incoming, &stub, admitted, (path, id), headers, message).await {
        Ok(response) => Ok(response),
        Err(error) => {
            console_error!("the session's object failed: {error}");
            unavailable()
        }
    }
}
