//! Sessions of the legacy revisions: Streamable HTTP with `Mcp-Session-Id` (MCP 2025-03-26 to
//! 2025-11-25), and HTTP+SSE (2024-11-05).
//!
//! What is sent to a client may travel on another connection than what the client sends, so each
//! session has a Durable Object where the two meet. HTTP+SSE lives and dies with its one stream and
//! is in memory only. A session of Streamable HTTP is in the object's database, and so is every
//! event before it is sent: its client may lose a connection, or the server be restarted, and the
//! streams go on where they were.

mod calls;
mod connection;
mod door;
mod object;
mod post;
mod store;
mod streams;

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::Begin;
use worker::{Env, Request, Response, Stub};

use crate::entry::Incoming;
use crate::feature::{Feature, Sessions};
use crate::mcp::Admitted;
use crate::object::Object;
use crate::store::OBJECT_BINDING;

/// Paths inside the object. Begins a session of Streamable HTTP.
const BEGIN: &str = "/session/begin";
/// Opens an HTTP+SSE session with its stream.
const OPEN: &str = "/session/open";
/// Takes a message of HTTP+SSE.
const MESSAGE: &str = "/session/message";
/// Takes a message of Streamable HTTP.
const POST: &str = "/session/post";
/// Opens or resumes a stream of Streamable HTTP.
const GET: &str = "/session/get";
/// Ends a session of Streamable HTTP.
const END: &str = "/session/end";
/// Tells of a change; sent by the hub.
pub(crate) const NOTIFY: &str = "/session/notify";

/// Sessions.
pub static SESSIONS: &dyn Feature = &SessionFeature;

#[derive(Debug)]
struct SessionFeature;

impl Feature for SessionFeature {
    fn prefix(&self) -> &'static str {
        "/session/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(object::serve(object, request))
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(object::alarm(object))
    }

    fn sessions(&self) -> Option<&dyn Sessions> {
        Some(self)
    }
}

impl Sessions for SessionFeature {
    fn route<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        head: http::Request<()>,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(door::route(incoming, head, request))
    }

    fn serve<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        head: &'a http::Request<()>,
        body: &'a [u8],
    ) -> LocalBoxFuture<'a, Option<worker::Result<Response>>> {
        Box::pin(door::serve(incoming, admitted, head, body))
    }

    fn begin<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        begin: Begin,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(door::begin(incoming, admitted, begin))
    }
}

/// The object of a session.
pub(crate) fn stub(env: &Env, id: &str) -> worker::Result<Stub> {
    env.durable_object(OBJECT_BINDING)?.get_by_name(&["session:", id].concat())
}
