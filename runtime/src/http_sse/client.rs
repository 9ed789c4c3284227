//! The Worker's side: authenticates, finds the session's object, and hands the message over.

use http::Method;
use toolgate_core::oauth::params::Params;
use toolgate_core::paths::{MESSAGES_PATH, SSE_PATH};
use toolgate_core::reply;

use super::{KIND, MESSAGE, OPEN};
use crate::auth::admission;
use crate::http::convert;
use crate::platform::host::{Request, Response};
use crate::ports::request_context::RequestContext;
use crate::sessions_common::{ask, gone, new_id, open_id, unavailable};

/// True if a request to `/sse` or `/messages` is of HTTP+SSE, and not of Streamable HTTP.
pub(super) fn takes(head: &http::Request<()>) -> bool {
    let is_stream = head.uri().path() == SSE_PATH;
    match *head.method() {
        Method::GET => !is_stream || !head.headers().contains_key("mcp-session-id"),
        Method::POST | Method::DELETE => !is_stream,
        _ => true,
    }
}

/// Serves what [`takes`] takes: `GET /sse` and `POST /messages`.
pub(super) async fn route(
    request: &RequestContext<'_>,
    head: http::Request<()>,
    worker_request: Request,
) -> worker::Result<Response> {
    let is_stream = head.uri().path() == SSE_PATH;
    match *head.method() {
        Method::GET if is_stream => open(request, &head).await,
        Method::POST if !is_stream => message(request, &head, worker_request).await,
        _ if is_stream => {
            convert::response(reply::method_not_allowed("GET, POST, DELETE, OPTIONS"))
        }
        _ => convert::response(reply::method_not_allowed("POST, OPTIONS")),
    }
}

/// Opens a session.
async fn open(request: &RequestContext<'_>, head: &http::Request<()>) -> worker::Result<Response> {
    let sender = match admission::authenticate(request, head).await {
        Ok(sender) => sender,
        Err(reply) => return request.respond(*reply),
    };
    let Some((name, sealed)) = new_id(request, &sender.principal, KIND) else {
        return unavailable();
    };
    let endpoint = [MESSAGES_PATH, "?sessionId=", &sealed].concat();
    ask(request, &sender, (OPEN, &name), head.headers(), endpoint.as_bytes()).await
}

async fn message(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    mut worker_request: Request,
) -> worker::Result<Response> {
    let sender = match admission::authenticate(request, head).await {
        Ok(sender) => sender,
        Err(reply) => return request.respond(*reply),
    };
    let params = Params::query(head);
    let name = params.get("sessionId").and_then(|id| open_id(request, &sender.principal, KIND, id));
    let Some(name) = name else { return gone() };
    let body = match convert::read_body(request, head, &mut worker_request).await {
        Ok(body) => body,
        Err(reply) => return request.respond(*reply),
    };
    ask(request, &sender, (MESSAGE, &name), head.headers(), &body).await
}
