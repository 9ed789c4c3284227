//! Inside the object: who listens.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use http::StatusCode;
use toolgate_core::audit::Log;
use toolgate_core::caller::Caller;
use toolgate_core::mcp::listen::{Listen, may_hear};
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::{Fault, INTERNAL_ERROR};
use toolgate_core::reply;
use worker::{Request, Response, SqlStorageValue, console_error};

use super::{GONE, LISTEN, PUBLISH, REGISTER, UNREGISTER};
use crate::bindings::Env;
use crate::object::Object;
use crate::platform::EnvVars;
use crate::relay::{self, Received};
use crate::sse::{self, COMMENT, Writer};
use crate::timer::Timer;
use crate::{convert, mcp};

/// Streams that one person may have open: a few clients, each with a few windows.
const MAX_OF_ONE: usize = 16;

/// Streams of everyone. Each takes some KiB, and an object shares 128 MB with others.
const MAX_OF_ALL: usize = 2000;

/// How long it takes until a client that has gone is noticed.
const NOTICED: Duration = Duration::from_millis(200);

/// Sessions that are told of changes. Each costs a request of the object per change.
const MAX_SESSIONS: u64 = 10_000;

/// Sessions of one person among them; a new one takes the place of the oldest.
const MAX_SESSIONS_OF_ONE: u64 = 64;

/// Sessions that are told at once; the platform lets an object wait for a few requests only.
const AT_ONCE: usize = 6;

/// What the object remembers while it is in memory.
#[derive(Default)]
struct Memory(RefCell<Vec<Rc<Listener>>>);

struct Listener {
    owner: String,
    caller: Caller,
    listen: Listen,
    writer: Writer,
}

pub(super) async fn serve(object: &Object, mut request: Request) -> worker::Result<Response> {
    match request.path().as_str() {
        LISTEN => listen(object, Received::read(&mut request).await?).await,
        PUBLISH => publish(object, &crate::object::body(&mut request).await?),
        REGISTER => register(object, &request.text().await?),
        UNREGISTER => unregister(object, request.text().await?),
        _ => Response::error("no such operation", 404),
    }
}

async fn listen(object: &Object, received: Received) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    let listen: Listen = serde_json::from_slice(&received.body)?;
    if !memory.makes_room(&received.owner).await {
        let fault = Fault::new(INTERNAL_ERROR, "Too many subscriptions are open");
        let text = fault.response(Some(&listen.id)).into_bytes();
        let mut refusal = reply::Reply::new(text);
        *refusal.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        let json = http::HeaderValue::from_static("application/json");
        refusal.headers_mut().insert(http::header::CONTENT_TYPE, json);
        return convert::response(refusal);
    }
    let (writer, body) = sse::open();
    // Just opened: there is room.
    let _ = writer.send_now(sse::event(None, None, &listen.acknowledged()));
    let Received { owner, caller, lease, .. } = received;
    let listener = Rc::new(Listener { owner, caller, listen, writer });
    memory.0.borrow_mut().push(Rc::clone(&listener));
    let (app, env) = (object.app(), object.env().clone());
    object.state().wait_until(async move {
        let gone = Box::pin(listener.writer.gone());
        // The claims of the token judge what may be heard, so the stream lives no longer than it.
        if let Either::Right(_) = select(gone, Box::pin(lease.over(app, &env))).await {
            let _ = listener.writer.send_now(sse::event(None, None, &listener.listen.end()));
            listener.writer.close();
        }
        memory.0.borrow_mut().retain(|other| !Rc::ptr_eq(other, &listener));
    });
    sse::response(body)
}

impl Memory {
    /// Whether the person may open one more stream. Clients that have gone are noticed only when
    /// something is sent to them.
    async fn makes_room(&self, owner: &str) -> bool {
        if self.has_room(owner) {
            return true;
        }
        for listener in self.0.borrow().iter().filter(|listener| listener.owner == owner) {
            // Whoever is gone loses nothing.
            let _ = listener.writer.send_now(COMMENT.to_vec());
        }
        Timer::from(NOTICED).await;
        self.has_room(owner)
    }

    fn has_room(&self, owner: &str) -> bool {
        let listeners = self.0.borrow();
        let of_one = listeners.iter().filter(|listener| listener.owner == owner).count();
        of_one < MAX_OF_ONE && listeners.len() < MAX_OF_ALL
    }
}

fn publish(object: &Object, change: &Change) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    if let Ok(registry) = mcp::linked(object.app()) {
        let log = Log::default();
        let server = mcp::server(object.app(), registry, &log);
        let vars = EnvVars(object.env());
        let listeners = memory.0.borrow().clone();
        for Listener { owner, caller, listen, writer } in listeners.iter().map(AsRef::as_ref) {
            if let Some(text) = listen.message(change)
                && may_hear(&server, caller, &vars, owner, change)
            {
                // One who takes nothing loses the stream, and listens anew.
                let _ = writer.send_now(sse::event(None, None, &text));
            }
        }
    }
    // Only revisions without tasks have sessions.
    if !matches!(change, Change::Task { .. }) && object.has_table(TABLE)? {
        let sessions = sessions(object)?;
        let (env, sql) = (object.env().clone(), object.sql());
        let change = serde_json::to_string(change)?;
        object.state().wait_until(async move {
            for some in sessions.chunks(AT_ONCE) {
                let told = join_all(some.iter().map(|name| tell(&env, name, &change))).await;
                for (name, is_there) in some.iter().zip(told) {
                    if !is_there {
                        // Left for the next change, should it fail.
                        let _ = sql.exec(DELETE, vec![name.as_str().into()]);
                    }
                }
            }
        });
    }
    Response::empty()
}

/// Tells a session; false if there is none any more.
async fn tell(env: &Env, name: &str, change: &str) -> bool {
    // The name begins with the kind of session, which knows this path.
    let kind = name.split(':').next().unwrap_or_default();
    match relay::ask(env, name, &["/", kind, "/notify"].concat(), change).await {
        Ok(answer) => answer != GONE,
        Err(error) => {
            console_error!("a session could not be told of a change: {error}");
            true
        }
    }
}

const TABLE: &str = "listening";
const CREATE: &str = "CREATE TABLE IF NOT EXISTS listening \
     (at INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL)";
const DELETE: &str = "DELETE FROM listening WHERE name = ?";

/// `row` is the owner and the name, on a line each.
fn register(object: &Object, row: &str) -> worker::Result<Response> {
    let Some((owner, name)) = row.split_once('\n') else {
        return Err("no name of a session".into());
    };
    let sql = object.sql();
    sql.exec(CREATE, None)?;
    let number = |number: u64| SqlStorageValue::Integer(number.cast_signed());
    sql.exec(
        "DELETE FROM listening WHERE owner = ?1 AND name <> ?2 AND at NOT IN \
         (SELECT at FROM listening WHERE owner = ?1 ORDER BY at DESC LIMIT ?3)",
        vec![owner.into(), name.into(), number(MAX_SESSIONS_OF_ONE - 1)],
    )?;
    sql.exec(
        "INSERT OR IGNORE INTO listening (name, owner) \
         SELECT ?, ? WHERE (SELECT count(*) FROM listening) < ?",
        vec![name.into(), owner.into(), number(MAX_SESSIONS)],
    )?;
    Response::empty()
}

fn unregister(object: &Object, name: String) -> worker::Result<Response> {
    if object.has_table(TABLE)? {
        object.sql().exec(DELETE, vec![name.into()])?;
    }
    Response::empty()
}

fn sessions(object: &Object) -> worker::Result<Vec<String>> {
    let rows = object.sql().exec("SELECT name FROM listening", None)?;
    rows.raw()
        .map(|row| match row?.pop() {
            Some(SqlStorageValue::String(name)) => Ok(name),
            _ => Err("a row of the storage is not one of ours".into()),
        })
        .collect()
}
