//! Inside the object: one session of Streamable HTTP.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use http::StatusCode;
use http::header::ACCEPT;
use toolgate_core::mcp::{self, Revision, SessionAnswer};
use toolgate_core::reply;

use super::connection::{Connection, Outlet, read_event_id};
use super::others::{asked, changed, counted, register};
use super::post::{Decision, Post};
use super::store::{Row, Store, TABLE};
use super::streams::{Resumed, Streams};
use super::{BEGIN, CLOSE, END, GET, IDLE, KIND, NOTIFY, POST, ROSTER, STREAM};
use crate::auth::vault::Vault;
use crate::http::object_client::{LAST_EVENT_ID, Received};
use crate::http::{convert, sse};
use crate::platform::host::{Request, Response};
use crate::platform::now;
use crate::platform::timer::Timer;
use crate::ports::feature::SessionRecord;
use crate::ports::object::Object;
use crate::ports::principal::{Lease, Principal};
use crate::roster::{self, Entry};
use crate::sessions_common;
use crate::sessions_common::{Calls, gone, taken};
use crate::subscriptions;

/// The silence after which the answer to a POST becomes a stream, which proxies keep open
/// and a client can resume.
const QUIET: Duration = Duration::from_secs(5);

/// The part of the idle time by which the stored time of the last message may be behind: not every
/// message costs a write.
const PRECISION: u64 = 8;

/// The most by which it may be behind, in seconds: which session was idle for longest is told by it.
const MAX_BEHIND: u64 = 300;

/// The memory of the object.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) session: RefCell<Option<Session>>,
    pub(super) calls: Rc<Calls>,
}

pub(super) struct Session {
    pub(super) name: String,
    pub(super) record: SessionRecord,
    /// As stored.
    seen_at: u64,
    /// When the last message came, in milliseconds; known more exactly than what is stored.
    pub(super) used_at: u64,
    pub(super) streams: Rc<Streams>,
    pub(super) is_registered: bool,
}

/// Serves one request of the Worker.
pub(super) async fn serve(object: &Object, mut request: Request) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    let path = request.path();
    match path.as_str() {
        NOTIFY => return changed(object, &memory, &request.text().await?),
        IDLE | STREAM | CLOSE => {
            return asked(object, &memory, &path, &request.text().await?).await;
        }
        ROSTER => {
            return roster::serve(object, crate::ports::object::body(&mut request).await?).await;
        }
        _ => {}
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
    let name = received.name();
    let Principal { caller, subject_key, expires, .. } = received.sender.principal;
    let vault = Vault::of(object.app(), object.env(), &subject_key, &name)?;
    let row = Row {
        name,
        subject_key,
        caller: serde_json::to_string(&caller)?,
        expires,
        state: String::from_utf8(received.body).map_err(|_| "the state is not JSON")?,
        seen_at: now(),
    };
    Store::new(object.sql(), vault).create(row)?;
    object.state().storage().set_alarm(idle(object)).await?;
    Response::empty()
}

/// Brings the session back into memory; false if there is none.
pub(super) fn load(object: &Object, memory: &Memory) -> worker::Result<bool> {
    let mut session = memory.session.borrow_mut();
    if session.is_none() && object.has_table(TABLE)? {
        let vault = |key: &str, name: &str| Vault::of(object.app(), object.env(), key, name);
        let Some((store, row)) = Store::read(object.sql(), vault)? else { return Ok(false) };
        let caller = toolgate_core::from_json::read(&row.caller).ok();
        let state = toolgate_core::from_json::read(&row.state).ok();
        // Written by an earlier version of the server: its client begins anew.
        let (Some(caller), Some(state)) = (caller, state) else { return Ok(false) };
        let (subject_key, expires) = (row.subject_key, row.expires);
        let principal = Principal { caller, subject_key, expires, credential: None };
        *session = Some(Session {
            name: row.name,
            record: SessionRecord { principal, state },
            seen_at: row.seen_at,
            used_at: row.seen_at * 1000,
            streams: Rc::new(Streams::new(store)),
            is_registered: false,
        });
    }
    Ok(session.is_some())
}

/// True if the session is the sender's; then it is not idle. An id opens for its person only, so this
/// is asked twice.
fn admits(object: &Object, memory: &Memory, received: &Received) -> worker::Result<bool> {
    let mut session = memory.session.borrow_mut();
    let Some(session) = session.as_mut() else { return Ok(false) };
    let (known, sent) = (&mut session.record.principal, &received.sender.principal);
    if known.subject_key != sent.subject_key {
        return Ok(false);
    }
    let is_other = known.caller != sent.caller || known.expires != sent.expires;
    if is_other {
        known.clone_from(sent);
    }
    session.used_at = crate::platform::millis();
    let (now, precision) = (now(), (idle(object).as_secs() / PRECISION).min(MAX_BEHIND));
    if is_other || now.saturating_sub(session.seen_at) > precision {
        session.seen_at = now;
        let caller = serde_json::to_string(&sent.caller)?;
        session.streams.store().set_seen(now, &caller, sent.expires)?;
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
        SessionAnswer::Refuse(response) => convert::response(response),
        SessionAnswer::Text(text) => convert::response(mcp::answer(&received.headers, text)),
        SessionAnswer::Run(mut exchange) => {
            let calls = exchange.calls();
            let pending = calls.iter().map(|call| call.request_id.clone()).collect();
            let takes_stream = exchange.takes_stream();
            let (sender, decision) = oneshot::channel();
            let post = Rc::new(Post::new(exchange, pending, Rc::clone(&streams), sender));
            let lease = received.sender.lease();
            sessions_common::run(object, &memory.calls, received, calls, &post).await;
            match answer(&streams, &post, decision, takes_stream).await? {
                PostAnswer::Whole(response) => Ok(response),
                PostAnswer::Stream(connection) => carried(object, lease, connection),
            }
        }
        SessionAnswer::Accepted => taken(),
    }
}

type Answered = Result<(SessionAnswer, Rc<Streams>), Box<reply::Reply>>;

fn accept(object: &Object, memory: &Memory, received: &Received) -> worker::Result<Answered> {
    let mut session = memory.session.borrow_mut();
    let Some(session) = session.as_mut() else { return Err("the session is over".into()) };
    let state = &mut session.record.state;
    let before = state.clone();
    let headers = Some(&received.headers);
    let accepted = sessions_common::accept(object, received, state, headers, &memory.calls);
    if *state != before {
        session.streams.store().set_state(&serde_json::to_string(state)?)?;
    }
    Ok(accepted.map(|accepted| (accepted, Rc::clone(&session.streams))))
}

/// The answer to a POST.
enum PostAnswer {
    Whole(Response),
    Stream(Connection),
}

async fn answer(
    streams: &Streams,
    post: &Post,
    decision: oneshot::Receiver<Decision>,
    takes_stream: bool,
) -> worker::Result<PostAnswer> {
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
            return Ok(PostAnswer::Stream(streams.connect(outlet, 0, post.primes())));
        }
        // A stream without events says so; there is no other way to answer nothing.
        Ok(Decision::Nothing) if takes_stream => sse::response(sse::open().1),
        Ok(Decision::Nothing) | Err(_) => taken(),
    };
    response.map(PostAnswer::Whole)
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
            if !register(object, memory).await? {
                let why = "Too many sessions hear of changes already; try again later";
                return refuse(StatusCode::TOO_MANY_REQUESTS, why);
            }
            streams.open_standalone(revision.has_priming_events())?
        }
        // Nothing would ever come on it.
        None => return no_stream(),
    };
    counted(object, memory, connection.stream()).await?;
    carried(object, received.sender.lease(), connection)
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

/// Ends a session of Streamable HTTP; nothing of it is left.
pub(super) async fn end(object: &Object, memory: &Memory) -> worker::Result<()> {
    let session = memory.session.take();
    memory.calls.cancel_all();
    if let Some(session) = &session {
        session.streams.close_all();
    }
    let storage = object.state().storage();
    storage.delete_alarm().await?;
    storage.delete_all().await?;
    let Some(Session { name, record, .. }) = session else { return Ok(()) };
    let (app, env) = (object.app(), object.env());
    let subject_key = &record.principal.subject_key;
    let told = roster::tell(app, env, KIND, subject_key, &Entry::End(name.clone())).await;
    told.and(subscriptions::forget(app, env, &name).await)
}

/// Ends the session when it is idle.
pub(super) async fn alarm(object: &Object) -> worker::Result<bool> {
    if !object.has_table(TABLE)? {
        let is_roster = roster::is_roster(object)?;
        if is_roster {
            roster::look_after(object).await?;
        }
        return Ok(is_roster);
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

/// The time for which a session may be idle.
fn idle(object: &Object) -> Duration {
    Duration::from_secs(object.app().config.transport.session_idle.into())
}

impl Memory {
    pub(super) fn streams(&self) -> Option<(Rc<Streams>, Revision)> {
        let session = self.session.borrow();
        session.as_ref().map(|session| (Rc::clone(&session.streams), session.record.state.revision))
    }
}
