//! HTTP+SSE of MCP 2024-11-05: a stream at `/sse`, and messages to `/messages`.
//!
//! Everything for the client travels on the one stream, and what it sends comes with other requests,
//! so each session has a Durable Object where the two meet. A session lives and dies with its stream
//! and is in memory only.

mod client;
mod object;
mod post;

use futures_util::future::LocalBoxFuture;

use crate::platform::host::{Request, Response};
use crate::ports::feature::{Feature, HttpSse};
use crate::ports::object::Object;
use crate::ports::request_context::RequestContext;
use crate::roster;

/// The beginning of the objects' names, and the paths inside them.
const KIND: &str = "sse";
/// Opens a session with its stream.
const OPEN: &str = "/sse/open";
/// Takes a message.
const MESSAGE: &str = "/sse/message";
/// Tells of a change; sent by the hub.
const NOTIFY: &str = "/sse/notify";

/// Asks whether the stream is open; sent by the roster of its person.
const STREAM: &str = "/sse/stream";
/// Ends the stream; sent by the roster.
const CLOSE: &str = "/sse/close";
/// The roster of a person; see [`roster`](crate::roster).
const ROSTER: &str = "/sse/roster";

/// HTTP+SSE.
pub static HTTP_SSE: &dyn Feature = &HttpSseFeature;

#[derive(Debug)]
struct HttpSseFeature;

impl Feature for HttpSseFeature {
    fn prefix(&self) -> &'static str {
        "/sse/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(object::serve(object, request))
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            let is_roster = roster::is_roster(object)?;
            if is_roster {
                roster::look_after(object).await?;
            }
            Ok(is_roster)
        })
    }

    fn http_sse(&self) -> Option<&dyn HttpSse> {
        Some(self)
    }
}

impl HttpSse for HttpSseFeature {
    fn takes(&self, head: &http::Request<()>) -> bool {
        client::takes(head)
    }

    fn route<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        head: http::Request<()>,
        worker_request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(client::route(request, head, worker_request))
    }
}
