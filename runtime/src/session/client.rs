//! The Worker's side: finds the session's object, and hands the message over.

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use toolgate_core::json;
use toolgate_core::mcp::session::may_have_session;
use toolgate_core::mcp::{self, NewSession};
use toolgate_core::reply;

use super::{BEGIN, END, GET, KIND, POST};
use crate::http::convert;
use crate::platform::console::log_error;
use crate::platform::host::Response;
use crate::ports::principal::Admitted;
use crate::ports::request_context::RequestContext;
use crate::roster::{self, Entry};
use crate::sessions_common::{ask, gone, new_id, open_id, unavailable};

/// Carries the session's id (MCP 2025-03-26 to 2025-11-25, Streamable HTTP).
const SESSION_ID: &str = "mcp-session-id";

/// Bytes of an `initialize`: capabilities and a name. Real ones are under 1 KiB.
const MAX_INITIALIZE: usize = 64 * 1024;

/// Serves a Streamable HTTP request that names a session; `None` when it names none, or speaks a
/// revision that has no sessions.
pub(super) async fn serve(
    request: &RequestContext<'_>,
    sender: &Admitted,
    head: &http::Request<()>,
    body: &[u8],
) -> Option<worker::Result<Response>> {
    let headers = head.headers();
    let sealed = headers.get(SESSION_ID).filter(|_| may_have_session(headers))?;
    if is_initialize(body) {
        // A client that begins anew may still send the id of before.
        return None;
    }
    let path = match *head.method() {
        Method::POST => POST,
        Method::GET => GET,
        Method::DELETE => END,
        _ => return None,
    };
    let sealed = sealed.to_str().unwrap_or_default();
    Some(match open_id(request, &sender.principal, KIND, sealed) {
        Some(id) => ask(request, sender, (path, &id), headers, body).await,
        None => gone(),
    })
}

/// True if the message is an `initialize`. It is read again by whoever answers it, so others are told
/// from it by a look.
fn is_initialize(body: &[u8]) -> bool {
    let name = mcp::Method::Initialize.name();
    let is_quoted =
        |part: &[u8]| matches!(part, [b'"', quoted @ .., b'"'] if quoted == name.as_bytes());
    body.len() <= MAX_INITIALIZE
        && body.windows(name.len() + 2).any(is_quoted)
        && serde_json::from_slice::<Value>(json::without_mark(body))
            .is_ok_and(|message| message.get("method").is_some_and(|method| method == name))
}

/// Begins the session of a client whose `initialize` was answered.
pub(super) async fn begin(
    request: &RequestContext<'_>,
    sender: &Admitted,
    begin: NewSession,
) -> worker::Result<Response> {
    let NewSession { mut response, session } = begin;
    let Some((id, sealed)) = new_id(request, &sender.principal, KIND) else {
        return unavailable();
    };
    let state = serde_json::to_vec(&session)?;
    let entry = Entry::Begin(id.clone());
    let subject_key = &sender.principal.subject_key;
    match roster::tell(request.app, request.env, KIND, subject_key, &entry).await {
        Ok(true) => {}
        Ok(false) => return too_many(),
        Err(error) => {
            log_error!("the sessions of a person could not be counted: {error}");
            return unavailable();
        }
    }
    let begun = ask(request, sender, (BEGIN, &id), &HeaderMap::new(), &state).await?;
    if begun.status_code() != 200 {
        return Ok(begun);
    }
    if let Ok(sealed) = sealed.parse() {
        response.headers_mut().insert(SESSION_ID, sealed);
    }
    convert::response(response)
}

/// The answer to a person whose sessions are all at work.
fn too_many() -> worker::Result<Response> {
    convert::response(reply::text(
        StatusCode::TOO_MANY_REQUESTS,
        "This account has too many sessions that are all at work; end one of them.",
    ))
}
