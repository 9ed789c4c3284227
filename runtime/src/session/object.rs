//! Inside the object: one session.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::StreamExt as _;
use futures_util::future::{Either, join_all, select};
use http::StatusCode;
use http::header::ACCEPT;
use toolgate_core::audit::Log;
use toolgate_core::caller::Caller;
use toolgate_core::mcp::listen::may_hear;
use toolgate_core::mcp::notify::{self, Change};
use toolgate_core::mcp::{
    self as protocol, AcceptedSession, Exchange, Fault, INTERNAL_ERROR, Revision, SessionState,
};
use toolgate_core::reply;
use worker::{Request, Response, ResponseBuilder, console_error};

use super::calls::Calls;
use super::connection::{Outlet, read_event_id};
use super::door::gone;
use super::post::{Decision, Post};
use super::store::{Row, Store, TABLE};
use super::streams::{Resumed, Streams};
use super::{BEGIN, END, GET, MESSAGE, NOTIFY, OPEN, POST};
use crate::call::{HostKind, Record, Running, Start};
use crate::object::Object;
use crate::platform::{EnvVars, now};
use crate::relay::{LAST_EVENT_ID, Received};
use crate::sse::{self, Writer};
use crate::timer::Timer;
use crate::{audit, convert, hub, mcp};

/// Calls that one session may run at once: a batch of the greatest size (MCP 2025-03-26), or more
/// than any client was seen to send.
const MAX_CALLS: usize = protocol::MAX_BATCH;

/// How long the answer to a POST may stay silent before it becomes a stream, which proxies keep open
/// and a client can resume.
const QUIET: Duration = Duration::from_secs(5);

/// The part of the idle time by which the stored time of the last message may be behind: not every
/// message costs a write.
const PRECISION: u64 = 8;

/// What the object remembers while it is in memory.
#[derive(Default)]
pub(super) struct Memory {
    session: RefCell<Option<Session>>,
    calls: Calls,
}

struct Session {
    name: String,
    owner: String,
    /// As of the last message.
    caller: Caller,
    /// When those claims are over, in seconds since 1970.
    until: u64,
    state: SessionState,
    /// As stored.
    seen_at: u64,
    way: Way,
    is_registered: bool,
}

/// How the client is reached.
#[derive(Clone)]
enum Way {
    Stored(Rc<Streams>),
    Sse(Writer),
}

/// Serves one request of the Worker.
pub(super) async fn serve(object: &Object, mut request: Request) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    let path = request.path();
    if path == NOTIFY {
        let change = crate::object::body(&mut request).await?;
        return changed(object, &memory, &change);
    }
    let received = Received::read(&mut request).await?;
    match path.as_str() {
        BEGIN => return begin(object, received).await,
        OPEN => return open(object, &memory, received).await,
        _ => {}
    }
    if !load(object, &memory)? || !admits(object, &memory, &received)? {
        return gone();
    }
    match path.as_str() {
        POST | MESSAGE => message(object, memory, received).await,
        GET => stream(object, &memory, &received).await,
        END => {
            end(object, &memory).await?;
            Response::empty()
        }
        _ => Response::error("no such operation", 404),
    }
}

/// Begins a session of Streamable HTTP: from here on it is in the database.
async fn begin(object: &Object, received: Received) -> worker::Result<Response> {
    let row = Row {
        name: received.name(),
        caller: serde_json::to_string(&received.caller)?,
        until: received.until,
        state: String::from_utf8(received.body).map_err(|_| "the state is not JSON")?,
        owner: received.owner,
        seen_at: now(),
    };
    Store(object.sql()).create(row)?;
    object.state().storage().set_alarm(idle(object)).await?;
    Response::empty()
}

/// Opens a session of HTTP+SSE, and tells the client where to send its messages.
async fn open(object: &Object, memory: &Memory, received: Received) -> worker::Result<Response> {
    let (writer, body) = sse::open();
    let endpoint = String::from_utf8_lossy(&received.body);
    // Just opened: there is room.
    let _ = writer.send_now(sse::event(None, Some("endpoint"), &endpoint));
    let name = received.name();
    let reader = writer.clone();
    *memory.session.borrow_mut() = Some(Session {
        name: name.clone(),
        owner: received.owner,
        caller: received.caller,
        until: received.until,
        state: SessionState::default(),
        seen_at: 0,
        way: Way::Sse(writer),
        is_registered: false,
    });
    register(object, memory).await?;
    if object.app().config.transport.notifications {
        let env = object.env().clone();
        object.state().wait_until(async move {
            reader.gone().await;
            if let Err(error) = hub::tell(&env, hub::UNREGISTER, name.as_bytes()).await {
                console_error!("the end of a session was not told: {error}");
            }
        });
    }
    sse::response(body)
}

/// Whether there is such a session; brings it back into memory.
fn load(object: &Object, memory: &Memory) -> worker::Result<bool> {
    let mut session = memory.session.borrow_mut();
    if session.as_ref().is_some_and(|session| session.way.is_gone()) {
        *session = None;
        return Ok(false);
    }
    if session.is_none() && object.has_table(TABLE)? {
        let streams = Streams::new(object.sql());
        let Some(row) = streams.store().row()? else { return Ok(false) };
        let read = (serde_json::from_str(&row.caller), serde_json::from_str(&row.state));
        // An earlier version of the server has written it: its client begins anew.
        let (Ok(caller), Ok(state)) = read else { return Ok(false) };
        *session = Some(Session {
            name: row.name,
            owner: row.owner,
            caller,
            until: row.until,
            state,
            seen_at: row.seen_at,
            way: Way::Stored(Rc::new(streams)),
            is_registered: false,
        });
    }
    Ok(session.is_some())
}

/// Whether the session is the sender's; then it is not idle. An id opens for its owner only, so this
/// is asked twice.
fn admits(object: &Object, memory: &Memory, received: &Received) -> worker::Result<bool> {
    let mut session = memory.session.borrow_mut();
    let Some(session) = session.as_mut().filter(|session| session.owner == received.owner) else {
        return Ok(false);
    };
    let is_other = session.caller != received.caller || session.until != received.until;
    if is_other {
        session.caller = received.caller.clone();
        session.until = received.until;
    }
    if let Way::Stored(streams) = &session.way {
        let (now, precision) = (now(), idle(object).as_secs() / PRECISION);
        if is_other || now.saturating_sub(session.seen_at) > precision {
            session.seen_at = now;
            let caller = serde_json::to_string(&session.caller)?;
            streams.store().set_seen(now, caller, session.until)?;
        }
    }
    Ok(true)
}

/// Takes a message.
async fn message(
    object: &Object,
    memory: Rc<Memory>,
    received: Received,
) -> worker::Result<Response> {
    let (accepted, way) = match accept(object, &memory, &received)? {
        Ok(accepted) => accepted,
        Err(reply) => return convert::response(*reply),
    };
    let accepted = match accepted {
        AcceptedSession::Batch { signals, rest } => {
            signals.into_iter().for_each(|signal| memory.signal(signal));
            *rest
        }
        accepted => accepted,
    };
    match accepted {
        AcceptedSession::Refuse(response) => convert::response(response),
        AcceptedSession::Answer(text) => match way {
            Way::Stored(_) => {
                let builder = ResponseBuilder::new();
                Ok(builder
                    .with_header("content-type", "application/json")?
                    .fixed(text.into_bytes()))
            }
            Way::Sse(writer) => {
                // A client that is gone has no session any more.
                let _ = writer.send(sse::event(None, Some("message"), &text)).await;
                taken()
            }
        },
        AcceptedSession::Run(exchange) => run(object, memory, received, exchange, way).await,
        signal => {
            memory.signal(signal);
            taken()
        }
    }
}

fn taken() -> worker::Result<Response> {
    Ok(Response::empty()?.with_status(202))
}

type Answered = Result<(AcceptedSession, Way), Box<reply::Reply>>;

fn accept(object: &Object, memory: &Memory, received: &Received) -> worker::Result<Answered> {
    let app = object.app();
    let registry = match mcp::linked(app) {
        Ok(registry) => registry,
        Err(reply) => return Ok(Err(reply)),
    };
    let mut session = memory.session.borrow_mut();
    let Some(session) = session.as_mut() else { return Err("the session is over".into()) };
    let log = Log::default();
    log.person(&received.owner, &received.caller);
    log.client(&received.caller.client_id);
    let server = mcp::server(app, registry, &log);
    let before = session.state.clone();
    let headers = match &session.way {
        Way::Stored(_) => Some(&received.headers),
        Way::Sse(_) => None,
    };
    let accepted = protocol::accept_session(
        &server,
        &received.caller,
        &EnvVars(object.env()),
        &mut session.state,
        headers,
        &received.body,
    );
    if let Way::Stored(streams) = &session.way
        && session.state != before
    {
        streams.store().set_state(serde_json::to_string(&session.state)?)?;
    }
    if let Some(sending) = audit::write(app, object.env(), &log, &received.request()) {
        object.state().wait_until(sending);
    }
    Ok(Ok((accepted, session.way.clone())))
}

impl Memory {
    fn signal(&self, signal: AcceptedSession) {
        match signal {
            AcceptedSession::Reply { id, reply } => self.calls.reply(&id, reply),
            AcceptedSession::Cancel { request_id } => self.calls.cancel(&request_id),
            _ => {}
        }
    }
}

/// Runs the calls of a message, and answers as soon as it is known how.
async fn run(
    object: &Object,
    memory: Rc<Memory>,
    received: Received,
    mut exchange: Exchange,
    way: Way,
) -> worker::Result<Response> {
    let registry = match mcp::linked(object.app()) {
        Ok(registry) => registry,
        Err(reply) => return convert::response(*reply),
    };
    let calls = exchange.calls();
    let is_too_much = memory.calls.len() + calls.len() > MAX_CALLS;
    let pending = calls.iter().map(|call| call.request_id.clone()).collect();
    let (sender, decision) = oneshot::channel();
    let takes_stream = exchange.takes_stream();
    let post = Rc::new(match &way {
        Way::Stored(streams) => Post::undecided(exchange, pending, Rc::clone(streams), sender),
        Way::Sse(writer) => Post::sse(exchange, pending, writer.clone()).await,
    });
    if is_too_much {
        for call in calls {
            let fault = Fault::new(INTERNAL_ERROR, "This session has too many calls at once");
            post.answer(call.slot, &call.request_id, Some(Err(fault))).await;
        }
    } else {
        let Received { owner, caller, .. } = received;
        let running: Vec<_> = calls
            .into_iter()
            .map(|call| {
                let (slot, request_id) = (call.slot, call.request_id.clone());
                let running = Running::start(Start {
                    app: object.app(),
                    registry,
                    env: object.env().clone(),
                    caller: caller.clone(),
                    shard: owner.clone(),
                    call,
                    record: Record::default(),
                    host: HostKind::Session,
                });
                memory.calls.add(slot, request_id, running)
            })
            .collect();
        let post = Rc::clone(&post);
        object.state().wait_until(async move {
            join_all(running.into_iter().map(|call| memory.calls.run(call, &post))).await;
        });
    }
    match way {
        Way::Stored(streams) => answer(&streams, &post, decision, takes_stream).await,
        Way::Sse(_) => taken(),
    }
}

async fn answer(
    streams: &Streams,
    post: &Post,
    decision: oneshot::Receiver<Decision>,
    takes_stream: bool,
) -> worker::Result<Response> {
    let decision = match select(decision, Timer::from(QUIET)).await {
        Either::Left((decision, _)) => decision,
        Either::Right(((), decision)) => {
            post.begin_stream();
            decision.await
        }
    };
    match decision {
        Ok(Decision::Json(response)) => convert::response(*response),
        Ok(Decision::Stream(stream)) => {
            let outlet = Outlet::new(stream, false, post.end());
            sse::response(streams.connect(outlet, 0, post.primes()))
        }
        // A stream without events says so; there is no other way to answer nothing.
        Ok(Decision::Nothing) if takes_stream => sse::response(sse::open().1),
        Ok(Decision::Nothing) | Err(_) => taken(),
    }
}

/// Opens the stream for notifications, or resumes the stream of an event.
async fn stream(object: &Object, memory: &Memory, received: &Received) -> worker::Result<Response> {
    let accept = received.header(ACCEPT.as_str()).unwrap_or_default();
    if !accept.contains("text/event-stream") && !accept.contains("*/*") {
        return refuse(StatusCode::NOT_ACCEPTABLE, "Accept must allow text/event-stream");
    }
    let Some((Way::Stored(streams), revision)) = memory.way() else { return gone() };
    let connection = match received.header(LAST_EVENT_ID) {
        Some(id) => {
            let resumed = match read_event_id(id) {
                Some((stream, seq)) => streams.resume(stream, seq)?,
                None => Resumed::Unknown,
            };
            match resumed {
                Resumed::Rest(connection) => connection,
                Resumed::Nothing => return no_stream(),
                Resumed::Unknown => {
                    return refuse(StatusCode::BAD_REQUEST, "The Last-Event-ID is not known");
                }
            }
        }
        None if object.app().config.transport.notifications => {
            streams.open_standalone(revision >= Revision::V2025_11_25)?
        }
        // Nothing would ever come on it.
        None => return no_stream(),
    };
    if !connection.is_standalone() {
        return sse::response(connection);
    }
    register(object, memory).await?;
    // The client comes back for the rest with a token that is good then.
    let life = Duration::from_secs(received.until.saturating_sub(now()));
    sse::response(connection.take_until(Box::pin(Timer::from(life))))
}

fn no_stream() -> worker::Result<Response> {
    convert::response(reply::method_not_allowed("POST, DELETE, OPTIONS"))
}

fn refuse(status: StatusCode, why: &str) -> worker::Result<Response> {
    convert::response(reply::text(status, why))
}

/// Has the hub tell this session of changes, once there is a stream for them.
async fn register(object: &Object, memory: &Memory) -> worker::Result<()> {
    if !object.app().config.transport.notifications {
        return Ok(());
    }
    let row = {
        let session = memory.session.borrow();
        match session.as_ref().filter(|session| !session.is_registered) {
            Some(session) => [session.owner.as_str(), "\n", &session.name].concat(),
            None => return Ok(()),
        }
    };
    hub::tell(object.env(), hub::REGISTER, row.as_bytes()).await?;
    if let Some(session) = memory.session.borrow_mut().as_mut() {
        session.is_registered = true;
    }
    Ok(())
}

/// Something changed: tells the client, if it wants and may hear of it.
fn changed(object: &Object, memory: &Memory, change: &Change) -> worker::Result<Response> {
    if !load(object, memory)? {
        return gone();
    }
    let session = memory.session.borrow();
    let (Some(session), Ok(registry)) = (session.as_ref(), mcp::linked(object.app())) else {
        return gone();
    };
    let log = Log::default();
    let server = mcp::server(object.app(), registry, &log);
    let vars = EnvVars(object.env());
    let hears = session.state.wants(change)
        && now() < session.until
        && may_hear(&server, &session.caller, &vars, &session.owner, change);
    let Some(text) = notify::changed(change).filter(|_| hears) else { return Response::empty() };
    let is_sent = match &session.way {
        Way::Stored(streams) => streams.notify(&text)?,
        Way::Sse(writer) => writer.send_now(sse::event(None, Some("message"), &text)).is_ok(),
    };
    if is_sent { Response::empty() } else { gone() }
}

/// Ends a session of Streamable HTTP; nothing of it is left.
async fn end(object: &Object, memory: &Memory) -> worker::Result<()> {
    let session = memory.session.take();
    memory.calls.cancel_all();
    if let Some(Session { way: Way::Stored(streams), .. }) = &session {
        streams.close_all();
    }
    let storage = object.state().storage();
    storage.delete_alarm().await?;
    storage.delete_all().await?;
    match session {
        Some(session) if object.app().config.transport.notifications => {
            hub::tell(object.env(), hub::UNREGISTER, session.name.as_bytes()).await
        }
        _ => Ok(()),
    }
}

/// Ends the session when it is idle.
pub(super) async fn alarm(object: &Object) -> worker::Result<bool> {
    if !object.has_table(TABLE)? {
        return Ok(false);
    }
    let memory = object.memory::<Memory>();
    load(object, &memory)?;
    let idle = idle(object);
    let left = match &*memory.session.borrow() {
        Some(Session { way: Way::Stored(streams), .. })
            if streams.is_read() || memory.calls.len() > 0 =>
        {
            idle.as_secs()
        }
        Some(session) => {
            let end = session.seen_at + idle.as_secs() + idle.as_secs() / PRECISION;
            end.saturating_sub(now())
        }
        None => 0,
    };
    if left > 0 {
        object.state().storage().set_alarm(Duration::from_secs(left)).await?;
    } else {
        end(object, &memory).await?;
    }
    Ok(true)
}

/// How long a session may be idle.
fn idle(object: &Object) -> Duration {
    Duration::from_secs(object.app().config.transport.session_idle.into())
}

impl Memory {
    fn way(&self) -> Option<(Way, Revision)> {
        let session = self.session.borrow();
        session.as_ref().map(|session| (session.way.clone(), session.state.revision))
    }
}

impl Way {
    fn is_gone(&self) -> bool {
        matches!(self, Self::Sse(writer) if writer.is_gone())
    }
}
