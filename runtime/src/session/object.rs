//! Inside the object: one session of Streamable HTTP.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use http::StatusCode;
use http::header::ACCEPT;
use toolgate_core::caller::Caller;
use toolgate_core::mcp::{self, AcceptedSession, Revision, SessionState};
use toolgate_core::reply;
use toolgate_core::seal::Purpose;
use worker::{Request, Response};

use super::connection::{Connection, Outlet, read_event_id};
use super::post::{Decision, Post};
use super::store::{Row, Store, TABLE};
use super::streams::{Resumed, Streams};
use super::{BEGIN, END, GET, NOTIFY, POST};
use crate::hub::{self, GONE, Hearer};
use crate::lease::Lease;
use crate::legacy::{self, Calls, gone, taken};
use crate::object::Object;
use crate::platform::{PlatformEntropy, keyring, now};
use crate::relay::{LAST_EVENT_ID, Received};
use crate::timer::Timer;
use crate::{convert, feature, sse};

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
    calls: Rc<Calls>,
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
    streams: Rc<Streams>,
    is_registered: bool,
}

/// Serves one request of the Worker.
pub(super) async fn serve(object: &Object, mut request: Request) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    let path = request.path();
    if path == NOTIFY {
        return changed(object, &memory, &request.text().await?);
    }
    let received = Received::read(&mut request).await?;
    if path == BEGIN {
        return begin(object, received).await;
    }
    if !load(object, &memory)? || !admits(object, &memory, &received)? {
        return gone();
    }
    match path.as_str() {
        POST => message(object, memory, received).await,
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
        caller: sealed(object, &received.name(), &received.caller)?,
        until: received.lease.until,
        state: String::from_utf8(received.body).map_err(|_| "the state is not JSON")?,
        owner: received.owner,
        seen_at: now(),
    };
    Store(object.sql()).create(row)?;
    object.state().storage().set_alarm(idle(object)).await?;
    Response::empty()
}

/// The person, sealed for their session: what is at rest tells no names.
fn sealed(object: &Object, name: &str, caller: &Caller) -> worker::Result<String> {
    let keys = keyring(object.app(), object.env()).ok_or("the encryption key is missing")?;
    Ok(keys.seal(Purpose::Record, name, caller, &mut PlatformEntropy))
}

/// Whether there is such a session; brings it back into memory.
fn load(object: &Object, memory: &Memory) -> worker::Result<bool> {
    let mut session = memory.session.borrow_mut();
    if session.is_none() && object.has_table(TABLE)? {
        let streams = Streams::new(object.sql());
        let Some(row) = streams.store().row()? else { return Ok(false) };
        let keys = keyring(object.app(), object.env());
        let caller = keys.and_then(|keys| keys.open(Purpose::Record, &row.name, &row.caller));
        let state = toolgate_core::json::from_str(&row.state).ok();
        // Written with a key that is gone, or by an earlier version of the server: its client begins
        // anew.
        let (Some(caller), Some(state)) = (caller, state) else { return Ok(false) };
        *session = Some(Session {
            name: row.name,
            owner: row.owner,
            caller,
            until: row.until,
            state,
            seen_at: row.seen_at,
            streams: Rc::new(streams),
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
    let until = received.lease.until;
    let is_other = session.caller != received.caller || session.until != until;
    if is_other {
        session.caller = received.caller.clone();
        session.until = until;
    }
    let (now, precision) = (now(), idle(object).as_secs() / PRECISION);
    if is_other || now.saturating_sub(session.seen_at) > precision {
        session.seen_at = now;
        let caller = sealed(object, &session.name, &session.caller)?;
        session.streams.store().set_seen(now, caller, session.until)?;
    }
    Ok(true)
}

/// Takes a message.
async fn message(
    object: &Object,
    memory: Rc<Memory>,
    received: Received,
) -> worker::Result<Response> {
    let (accepted, streams) = match accept(object, &memory, &received)? {
        Ok(accepted) => accepted,
        Err(reply) => return convert::response(*reply),
    };
    match accepted {
        AcceptedSession::Refuse(response) => convert::response(response),
        AcceptedSession::Answer(text) => convert::response(mcp::answer(&received.headers, text)),
        AcceptedSession::Run(mut exchange) => {
            let calls = exchange.calls();
            let pending = calls.iter().map(|call| call.request_id.clone()).collect();
            let takes_stream = exchange.takes_stream();
            let (sender, decision) = oneshot::channel();
            let post = Rc::new(Post::new(exchange, pending, Rc::clone(&streams), sender));
            let lease = received.lease.clone();
            legacy::run(object, &memory.calls, received, calls, &post).await;
            match answer(&streams, &post, decision, takes_stream).await? {
                Answer::Whole(response) => Ok(response),
                Answer::Stream(connection) => carried(object, lease, connection),
            }
        }
        signal => {
            memory.calls.signal(signal);
            taken()
        }
    }
}

type Answered = Result<(AcceptedSession, Rc<Streams>), Box<reply::Reply>>;

fn accept(object: &Object, memory: &Memory, received: &Received) -> worker::Result<Answered> {
    let mut session = memory.session.borrow_mut();
    let Some(session) = session.as_mut() else { return Err("the session is over".into()) };
    let before = session.state.clone();
    let headers = Some(&received.headers);
    let accepted = legacy::accept(object, received, &mut session.state, headers, &memory.calls);
    if session.state != before {
        session.streams.store().set_state(serde_json::to_string(&session.state)?)?;
    }
    Ok(accepted.map(|accepted| (accepted, Rc::clone(&session.streams))))
}

/// What a POST is answered with.
enum Answer {
    Whole(Response),
    Stream(Connection),
}

async fn answer(
    streams: &Streams,
    post: &Post,
    decision: oneshot::Receiver<Decision>,
    takes_stream: bool,
) -> worker::Result<Answer> {
    let decision = match select(decision, Timer::from(QUIET)).await {
        Either::Left((decision, _)) => decision,
        Either::Right(((), decision)) => {
            post.begin_stream();
            decision.await
        }
    };
    let response = match decision {
        Ok(Decision::Json(response)) => convert::response(*response),
        Ok(Decision::Stream(stream)) => {
            let outlet = Outlet::new(stream, false, post.end());
            return Ok(Answer::Stream(streams.connect(outlet, 0, post.primes())));
        }
        // A stream without events says so; there is no other way to answer nothing.
        Ok(Decision::Nothing) if takes_stream => sse::response(sse::open().1),
        Ok(Decision::Nothing) | Err(_) => taken(),
    };
    response.map(Answer::Whole)
}

/// Opens the stream for notifications, or resumes the stream of an event.
async fn stream(object: &Object, memory: &Memory, received: &Received) -> worker::Result<Response> {
    let accept = received.header(ACCEPT.as_str()).unwrap_or_default();
    if !accept.contains("text/event-stream") && !accept.contains("*/*") {
        return refuse(StatusCode::NOT_ACCEPTABLE, "Accept must allow text/event-stream");
    }
    let Some((streams, revision)) = memory.streams() else { return gone() };
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
    if connection.is_standalone() {
        register(object, memory).await?;
    }
    carried(object, received.lease.clone(), connection)
}

/// The response whose body is the connection. What a request is answered with goes on when its token
/// is over, for it was let in; notifications do not, and their client comes back for them with a token
/// that is good then. Neither outlives the grant.
fn carried(object: &Object, lease: Lease, connection: Connection) -> worker::Result<Response> {
    let (app, env, ends_with_token) =
        (object.app(), object.env().clone(), connection.is_standalone());
    let end = Box::pin(async move {
        if ends_with_token {
            lease.over(app, &env).await;
        } else {
            lease.revoked(app, &env).await;
        }
    });
    sse::response(connection.take_until(end))
}

fn no_stream() -> worker::Result<Response> {
    convert::response(reply::method_not_allowed("POST, DELETE, OPTIONS"))
}

fn refuse(status: StatusCode, why: &str) -> worker::Result<Response> {
    convert::response(reply::text(status, why))
}

/// Has the hub tell this session of changes, once there is a stream for them.
async fn register(object: &Object, memory: &Memory) -> worker::Result<()> {
    let (owner, name) = {
        let session = memory.session.borrow();
        match session.as_ref().filter(|session| !session.is_registered) {
            Some(session) => (session.owner.clone(), session.name.clone()),
            None => return Ok(()),
        }
    };
    hub::register(object, &owner, &name).await?;
    if let Some(session) = memory.session.borrow_mut().as_mut() {
        session.is_registered = true;
    }
    Ok(())
}

/// Something changed: tells the client, if it wants and may hear of it.
fn changed(object: &Object, memory: &Memory, change: &str) -> worker::Result<Response> {
    if !load(object, memory)? {
        return Response::ok(GONE);
    }
    let session = memory.session.borrow();
    let Some(Session { owner, caller, until, state, streams, .. }) = session.as_ref() else {
        return Response::ok(GONE);
    };
    let hearer = Hearer { owner, caller, until: *until, state };
    let hub = feature::hub(object.app());
    let Some(text) = hub.and_then(|hub| hub.hears(object, &hearer, change)) else {
        return Response::ok("");
    };
    if streams.notify(&text)? { Response::ok("") } else { Response::ok(GONE) }
}

/// Ends a session of Streamable HTTP; nothing of it is left.
async fn end(object: &Object, memory: &Memory) -> worker::Result<()> {
    let session = memory.session.take();
    memory.calls.cancel_all();
    if let Some(session) = &session {
        session.streams.close_all();
    }
    let storage = object.state().storage();
    storage.delete_alarm().await?;
    storage.delete_all().await?;
    match session {
        Some(session) => hub::forget(object.app(), object.env(), &session.name).await,
        None => Ok(()),
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
        Some(session) if session.streams.is_read() || memory.calls.len() > 0 => idle.as_secs(),
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
    fn streams(&self) -> Option<(Rc<Streams>, Revision)> {
        let session = self.session.borrow();
        session.as_ref().map(|session| (Rc::clone(&session.streams), session.state.revision))
    }
}
