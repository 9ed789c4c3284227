//! Sessions of Streamable HTTP: `Mcp-Session-Id` (MCP 2025-03-26 to 2025-11-25).
//!
//! Messages to a client may travel on another connection than those from it, so each
//! session has a Durable Object where the two meet. It is in the object's database, and so is every
//! event before it is sent: its client may lose a connection, or the server be restarted, and the
//! streams go on where they were.

mod client;
mod connection;
mod object;
mod others;
mod post;
mod store;
mod streams;

pub(crate) use self::others::finished;

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::NewSession;

use crate::platform::host::{Request, Response};
use crate::ports::feature::{Feature, Sessions};
use crate::ports::object::Object;
use crate::ports::principal::Admitted;
use crate::ports::request_context::RequestContext;

/// The beginning of the objects' names, and the paths inside them.
const KIND: &str = "session";
/// Begins a session.
const BEGIN: &str = "/session/begin";
/// Takes a message.
const POST: &str = "/session/post";
/// Opens or resumes a stream.
const GET: &str = "/session/get";
/// Ends a session.
const END: &str = "/session/end";
/// Tells of a change; sent by the hub.
const NOTIFY: &str = "/session/notify";

/// Ends the session if it was not used after a time, in milliseconds, and says so, or when it was; sent
/// by the roster of its person.
const IDLE: &str = "/session/idle";
/// Asks whether a stream is open; sent by the roster.
const STREAM: &str = "/session/stream";
/// Ends the connection of a stream; sent by the roster.
const CLOSE: &str = "/session/close";
/// The roster of a person; see [`roster`](crate::roster).
const ROSTER: &str = "/session/roster";

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
    fn serve<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        sender: &'a Admitted,
        head: &'a http::Request<()>,
        body: &'a [u8],
    ) -> LocalBoxFuture<'a, Option<worker::Result<Response>>> {
        Box::pin(client::serve(request, sender, head, body))
    }

    fn begin<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        sender: &'a Admitted,
        begin: NewSession,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(client::begin(request, sender, begin))
    }
}
