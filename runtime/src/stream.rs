//! One HTTP+SSE session, in memory of its Durable Object.

use std::cell::RefCell;
use std::time::Duration;

use futures_channel::mpsc::{Sender, channel};
use futures_util::StreamExt;
use http::StatusCode;
use toolgate_core::audit::Log;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::{self as protocol, AcceptedSse, SseSession};
use toolgate_core::reply;
use worker::{Delay, Env, Headers, Response, State};

use crate::app::App;
use crate::session::{MessageRequest, OpenRequest};
use crate::{audit, convert, mcp};

/// Events that wait for a slow reader; above it the session ends and the client connects anew.
const MAX_WAITING: usize = 256;

/// Proxies drop a silent connection after a minute or so.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

type Event = Result<Vec<u8>, worker::Error>;

/// The open stream of a session.
pub(crate) struct Session {
    owner: String,
    protocol: SseSession,
    events: Sender<Event>,
}

impl Session {
    /// Opens the stream and tells the client where to send its messages.
    pub(crate) fn open(
        slot: &RefCell<Option<Self>>,
        request: &OpenRequest,
    ) -> worker::Result<Response> {
        let (mut events, stream) = channel::<Event>(MAX_WAITING);
        push(&mut events, "endpoint", &request.endpoint);
        worker::wasm_bindgen_futures::spawn_local(keep_alive(events.clone()));
        slot.replace(Some(Self {
            owner: request.owner.clone(),
            protocol: SseSession::default(),
            events,
        }));
        let headers = Headers::new();
        headers.set("content-type", "text/event-stream")?;
        headers.set("cache-control", "no-cache, no-transform")?;
        headers.set("x-accel-buffering", "no")?;
        Ok(Response::from_stream(stream.fuse())?.with_headers(headers))
    }

    /// Takes a message. The answer goes on the stream, and the POST is answered at once: clients
    /// wait for it only briefly, however long a tool runs.
    pub(crate) fn message(
        slot: &RefCell<Option<Self>>,
        app: &'static App,
        env: &Env,
        state: &State,
        message: MessageRequest,
    ) -> worker::Result<Response> {
        let mut slot = slot.borrow_mut();
        let Some(session) = slot.as_mut().filter(|s| s.is_of(&message.owner)) else {
            return convert::response(reply::text(
                StatusCode::NOT_FOUND,
                "The session is over; open /sse again.",
            ));
        };
        let registry = match mcp::linked(app) {
            Ok(registry) => registry,
            Err(reply) => return convert::response(*reply),
        };
        let log = Log::default();
        log.person(&message.owner, &message.caller);
        log.client(&message.caller.client_id);
        let server = mcp::server(app, registry, &log);
        let vars = crate::platform::EnvVars(env);
        let MessageRequest { caller, body, request, .. } = message;
        let accepted =
            protocol::accept_sse(&server, &caller, &vars, &mut session.protocol, body.as_bytes());
        if let Some(sending) = audit::write(app, env, &log, &request) {
            state.wait_until(sending);
        }
        match accepted {
            AcceptedSse::Refuse(reply) => return convert::response(reply),
            AcceptedSse::Accepted(answer) => {
                if let Some(answer) = answer {
                    push(&mut session.events, "message", &answer);
                }
            }
            AcceptedSse::Run(mut exchange) => {
                let (env, mut events) = (env.clone(), session.events.clone());
                state.wait_until(async move {
                    let results: Vec<(usize, Outcome)> =
                        mcp::run(registry, &env, &caller, exchange.calls()).await;
                    push(&mut events, "message", &exchange.finish(results));
                });
            }
        }
        Ok(Response::ok("Accepted")?.with_status(202))
    }

    fn is_of(&self, owner: &str) -> bool {
        self.owner == owner && !self.events.is_closed()
    }
}

/// Puts an event on the stream. A reader too slow for [`MAX_WAITING`] events loses its stream
/// rather than an event in the middle.
fn push(events: &mut Sender<Event>, name: &str, data: &str) {
    let mut text = format!("event: {name}\n");
    for line in data.lines() {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    if events.try_send(Ok(text.into_bytes())).is_err() {
        events.close_channel();
    }
}

async fn keep_alive(mut events: Sender<Event>) {
    loop {
        Delay::from(KEEP_ALIVE).await;
        if events.is_closed() || events.try_send(Ok(b": keep-alive\n\n".to_vec())).is_err() {
            events.close_channel();
            return;
        }
    }
}
