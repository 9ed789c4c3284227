//! Inside the object: one session.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::select;
use toolgate_core::mcp::notify;
use toolgate_core::mcp::peer::Level;
use toolgate_core::mcp::{SessionAnswer, SessionState};

use super::post::{self, Post};
use super::{CLOSE, KIND, MESSAGE, NOTIFY, OPEN, ROSTER, STREAM};
use crate::http::convert;
use crate::http::object_client::Received;
use crate::http::sse;
use crate::http::sse::{COMMENT, NOTICED, PROBES, Writer};
use crate::platform::console::log_error;
use crate::platform::host::{Request, Response};
use crate::platform::now;
use crate::platform::timer::Timer;
use crate::ports::feature::SessionRecord;
use crate::ports::object::Object;
use crate::ports::principal::Lease;
use crate::roster::{self, Entry};
use crate::sessions_common;
use crate::sessions_common::{Calls, gone, taken};
use crate::subscriptions;
use crate::subscriptions::GONE;

/// The number of the one stream that a session has.
const ONLY: u64 = 1;

/// Told to a client that is not told of changes.
const UNHEARD: &str =
    "Changes are not announced in this session: too many sessions hear of them already.";

/// The memory of the object; there is nothing else.
#[derive(Default)]
struct Memory {
    session: RefCell<Option<Session>>,
    calls: Rc<Calls>,
}

struct Session {
    record: SessionRecord,
    /// The lease of the stream; a later token of the same grant makes it last longer.
    lease: Lease,
    writer: Writer,
}

/// Serves one request of the Worker.
pub(super) async fn serve(object: &Object, mut request: Request) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    let path = request.path();
    match path.as_str() {
        NOTIFY => return changed(object, &memory, &request.text().await?),
        STREAM | CLOSE => return asked(&memory, &path).await,
        ROSTER => {
            return roster::serve(object, crate::ports::object::body(&mut request).await?).await;
        }
        _ => {}
    }
    let received = Received::read(&mut request).await?;
    match path.as_str() {
        OPEN => open(object, &memory, received).await,
        MESSAGE => message(object, &memory, received).await,
        _ => Response::error("no such operation", 404),
    }
}

/// Opens the session, and tells the client where to send its messages.
async fn open(
    object: &Object,
    memory: &Rc<Memory>,
    received: Received,
) -> worker::Result<Response> {
    let (writer, body) = sse::open();
    let endpoint = String::from_utf8_lossy(&received.body);
    // Just opened: there is room.
    let _ = writer.send_now(sse::event(None, Some("endpoint"), &endpoint));
    let name = received.name();
    let lease = received.sender.lease();
    let principal = received.sender.principal;
    let subject_key = principal.subject_key.clone();
    *memory.session.borrow_mut() = Some(Session {
        record: SessionRecord { principal, state: SessionState::default() },
        lease: lease.clone(),
        writer: writer.clone(),
    });
    let entry = Entry::Open { session: name.clone(), stream: ONLY, open: vec![ONLY] };
    roster::tell(object.app(), object.env(), KIND, &subject_key, &entry).await?;
    if !subscriptions::register(object, &subject_key, &name).await? {
        let told = notify::message(Level::Warning, None, UNHEARD.into());
        let _ = writer.send_now(sse::event(None, Some("message"), &told));
    }
    let (app, env, memory) = (object.app(), object.env().clone(), Rc::clone(memory));
    object.state().wait_until(async move {
        let revoked = Box::pin(lease.revoked(app, &env));
        let over = select(revoked, Box::pin(memory.token_over()));
        select(Box::pin(writer.gone()), over).await;
        writer.close();
        let end = Entry::End(name.clone());
        let told = roster::tell(app, &env, KIND, &subject_key, &end).await;
        if let Err(error) = told.and(subscriptions::forget(app, &env, &name).await) {
            log_error!("the end of a session was not told: {error}");
        }
    });
    sse::response(body)
}

impl Memory {
    /// Waits until the last token of the session is over.
    async fn token_over(&self) {
        loop {
            let expires = self.session.borrow().as_ref().map_or(0, |session| session.lease.expires);
            let left = expires.saturating_sub(now());
            if left == 0 {
                return;
            }
            Timer::from(Duration::from_secs(left)).await;
        }
    }
}

/// Takes a message. An id opens for its person only, so whose session it is is asked twice.
async fn message(object: &Object, memory: &Memory, received: Received) -> worker::Result<Response> {
    let (accepted, writer) = {
        let mut session = memory.session.borrow_mut();
        let sent = &received.sender.principal;
        let is_theirs = |session: &&mut Session| {
            session.record.principal.subject_key == sent.subject_key && !session.writer.is_gone()
        };
        let Some(session) = session.as_mut().filter(is_theirs) else { return gone() };
        let SessionRecord { principal, state } = &mut session.record;
        principal.clone_from(sent);
        let lease = received.sender.lease();
        if session.lease.is_of(&lease) {
            session.lease.expires = session.lease.expires.max(lease.expires);
        }
        match sessions_common::accept(object, &received, state, None, &memory.calls) {
            Ok(accepted) => (accepted, session.writer.clone()),
            Err(reply) => return convert::response(*reply),
        }
    };
    match accepted {
        SessionAnswer::Refuse(response) => return convert::response(response),
        SessionAnswer::Text(text) => post::send(&writer, &text).await,
        SessionAnswer::Run(mut exchange) => {
            let calls = exchange.calls();
            let post = Rc::new(Post::begin(exchange, writer).await);
            sessions_common::run(object, &memory.calls, received, calls, &post).await;
        }
        SessionAnswer::Accepted => {}
    }
    taken()
}

/// Answers the roster of the session's person.
async fn asked(memory: &Memory, path: &str) -> worker::Result<Response> {
    let writer = memory.session.borrow().as_ref().map(|session| session.writer.clone());
    let Some(writer) = writer else { return Response::ok(roster::GONE) };
    if path == CLOSE {
        // Or two clients would displace each other for ever.
        let _ = writer.send_now(b"retry: 60000\n\n".to_vec());
        writer.close();
    }
    for _ in 0..PROBES {
        // A client that has gone is noticed only when something is sent to it.
        if writer.is_gone() || writer.send_now(COMMENT.to_vec()).is_err() {
            return Response::ok(roster::GONE);
        }
        Timer::from(NOTICED).await;
    }
    Response::ok(if writer.is_gone() { roster::GONE } else { roster::OPEN })
}

/// Something changed: tells the client what it wants and may hear of.
fn changed(object: &Object, memory: &Memory, changes: &str) -> worker::Result<Response> {
    let session = memory.session.borrow();
    let Some(Session { record, writer, .. }) = session.as_ref() else {
        return Response::ok(GONE);
    };
    // One who takes nothing loses the session.
    sessions_common::changed(object, record, changes, &mut |text| {
        Ok(writer.send_now(sse::event(None, Some("message"), text)).is_ok())
    })
}
