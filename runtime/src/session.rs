//! `/sse` and `/messages`: HTTP+SSE of MCP 2024-11-05.
//!
//! Answers travel on another connection than the messages, so each session has a Durable Object
//! where the two meet. Its id is sealed for the person: one that was made up, or is another
//! person's, does not open and reaches no object.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use toolgate_core::caller::Caller;
use toolgate_core::oauth::params::Params;
use toolgate_core::reply;
use toolgate_core::seal::{Entropy, Purpose};
use worker::{Request, RequestInit, Response, Stub, console_error};

use crate::entry::Incoming;
use crate::mcp::Admitted;
use crate::platform::PlatformEntropy;
use crate::store::OBJECT_BINDING;
use crate::{convert, mcp, oauth};

/// Path inside the object: opens the stream.
pub(crate) const OPEN: &str = "/open";
/// Path inside the object: takes a message.
pub(crate) const MESSAGE: &str = "/message";

/// What the object is told of a stream to open.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OpenRequest {
    /// Where the client sends its messages.
    pub(crate) endpoint: String,
    /// Shard of the person it belongs to.
    pub(crate) owner: String,
}

/// One message on its way to the object.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MessageRequest {
    /// Shard of the person who sends it.
    pub(crate) owner: String,
    /// The sender, with the claims of the token that came with this message.
    pub(crate) caller: Caller,
    /// The JSON-RPC message.
    pub(crate) body: String,
    /// Names the POST in the audit trail.
    pub(crate) request: String,
}

/// Serves `GET /sse`, `POST /messages`, and Streamable HTTP that is sent to `/sse`.
pub(crate) async fn route(
    incoming: &Incoming<'_>,
    head: http::Request<()>,
    request: Request,
) -> worker::Result<Response> {
    let is_stream = head.uri().path() == "/sse";
    match (is_stream, head.method()) {
        (true, &Method::GET) => open(incoming, &head).await,
        (true, &Method::POST) => incoming.respond(mcp::serve(incoming, head, request).await),
        (false, &Method::POST) => message(incoming, &head, request).await,
        (true, _) => convert::response(reply::method_not_allowed("GET, POST, OPTIONS")),
        (false, _) => convert::response(reply::method_not_allowed("POST, OPTIONS")),
    }
}

async fn open(incoming: &Incoming<'_>, head: &http::Request<()>) -> worker::Result<Response> {
    let admitted = match mcp::authenticate(incoming, head).await {
        Ok(admitted) => admitted,
        Err(reply) => return incoming.respond(*reply),
    };
    let setup = match oauth::setup(incoming) {
        Ok(setup) => setup,
        Err(error) => return convert::response(oauth::not_configured(&error, false)),
    };
    let id = PlatformEntropy.token();
    let owner = admitted.shard;
    let sealed = setup.keys.seal(Purpose::Session, &owner, &id, &mut PlatformEntropy);
    let endpoint = format!("/messages?sessionId={sealed}");
    ask(&stub(incoming, &id)?, OPEN, &OpenRequest { endpoint, owner }).await
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
    let Some(id) = session_id(incoming, head, &admitted) else {
        return convert::response(reply::text(
            StatusCode::NOT_FOUND,
            "There is no such session; open /sse and use the address it sends.",
        ));
    };
    let body = match mcp::read_body(incoming, head, &mut request).await {
        Ok(body) => body,
        Err(reply) => return incoming.respond(*reply),
    };
    let Ok(body) = String::from_utf8(body) else {
        return convert::response(reply::text(StatusCode::BAD_REQUEST, "The body is not UTF-8."));
    };
    let message = MessageRequest {
        owner: admitted.shard,
        caller: admitted.caller,
        body,
        request: incoming.request_id.clone(),
    };
    ask(&stub(incoming, &id)?, MESSAGE, &message).await
}

fn session_id(
    incoming: &Incoming<'_>,
    head: &http::Request<()>,
    admitted: &Admitted,
) -> Option<String> {
    let params = Params::query(head);
    let setup = oauth::setup(incoming).ok()?;
    setup.keys.open(Purpose::Session, &admitted.shard, params.get("sessionId")?)
}

fn stub(incoming: &Incoming<'_>, id: &str) -> worker::Result<Stub> {
    incoming.env.durable_object(OBJECT_BINDING)?.get_by_name(&format!("session:{id}"))
}

async fn ask<T: Serialize>(stub: &Stub, path: &str, question: &T) -> worker::Result<Response> {
    let mut init = RequestInit::new();
    init.with_method(worker::Method::Post).with_body(Some(serde_json::to_string(question)?.into()));
    let request =
        worker::Request::new_with_init(&format!("https://toolgate.internal{path}"), &init)?;
    match stub.fetch_with_request(request).await {
        // The object's own response is immutable; the browser's headers are added to a copy.
        Ok(response) => {
            let (builder, body) = response.into_parts();
            Ok(builder.body(body))
        }
        Err(error) => {
            console_error!("the session's object failed: {error}");
            convert::response(reply::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "The session could not be reached; open /sse again.",
            ))
        }
    }
}
