//! Inside the object: who listens.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::{Either, select};
use http::StatusCode;
use toolgate_core::audit::Log;
use toolgate_core::mcp::listen::{Listen, may_hear};
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::{Fault, INTERNAL_ERROR};
use toolgate_core::reply;

use super::sessions::{self, Fan};
use super::{LISTEN, PUBLISH, REGISTER, UNREGISTER};
use crate::http::convert;
use crate::http::object_client::Received;
use crate::http::sse;
use crate::http::sse::{COMMENT, NOTICED, PROBES, Writer};
use crate::platform::EnvVars;
use crate::platform::host::{Request, Response};
use crate::platform::timer::Timer;
use crate::ports::object::Object;
use crate::ports::principal::Principal;
use crate::tool::server;

/// Streams of everyone. Each takes some KiB, and an object shares 128 MB with others.
const MAX_OF_ALL: usize = 2000;

/// The memory of the object.
#[derive(Default)]
struct Memory {
    /// Oldest first.
    listeners: RefCell<Vec<Rc<Listener>>>,
    fan: Rc<Fan>,
}

struct Listener {
    principal: Principal,
    listen: Listen,
    writer: Writer,
}

pub(super) async fn serve(object: &Object, mut request: Request) -> worker::Result<Response> {
    match request.path().as_str() {
        LISTEN => listen(object, Received::read(&mut request).await?).await,
        PUBLISH => publish(object, &crate::ports::object::body(&mut request).await?),
        REGISTER => sessions::register(object, &request.text().await?),
        UNREGISTER => sessions::unregister(object, &request.text().await?),
        _ => Response::error("no such operation", 404),
    }
}

async fn listen(object: &Object, received: Received) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    let listen: Listen = toolgate_core::from_json::read(&received.body)?;
    let bound = object.app().per_person(object.app().config.limits.streams_per_person);
    memory.make_room(&received.sender.principal.subject_key, bound).await;
    if memory.listeners.borrow().len() >= MAX_OF_ALL {
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
    let (lease, principal) = (received.sender.lease(), received.sender.principal);
    let listener = Rc::new(Listener { principal, listen, writer });
    memory.listeners.borrow_mut().push(Rc::clone(&listener));
    let (app, env) = (object.app(), object.env().clone());
    object.state().wait_until(async move {
        let gone = Box::pin(listener.writer.gone());
        // The claims of the token judge what may be heard, so the stream lives no longer than it.
        if let Either::Right(_) = select(gone, Box::pin(lease.over(app, &env))).await {
            listener.end();
        }
        memory.listeners.borrow_mut().retain(|other| !Rc::ptr_eq(other, &listener));
    });
    sse::response(body)
}

impl Listener {
    /// Ends the stream in words.
    fn end(&self) {
        let _ = self.writer.send_now(sse::event(None, None, &self.listen.end()));
        self.writer.close();
    }
}

impl Memory {
    /// Sees to it that the person may open one more stream, if there is a bound, by ending the oldest.
    async fn make_room(&self, subject_key: &str, bound: Option<usize>) {
        let Some(bound) = bound else { return };
        for _ in 0..PROBES {
            if self.of(subject_key).len() < bound {
                return;
            }
            // Clients that have gone are noticed only when something is sent to them, and count no more.
            for listener in self.of(subject_key) {
                let _ = listener.writer.send_now(COMMENT.to_vec());
            }
            Timer::from(NOTICED).await;
        }
        let open = self.of(subject_key);
        open.iter()
            .take((open.len() + 1).saturating_sub(bound))
            .for_each(|listener| listener.end());
    }

    /// The open streams of a person, oldest first.
    fn of(&self, subject_key: &str) -> Vec<Rc<Listener>> {
        let is_open =
            |one: &&Rc<Listener>| one.principal.subject_key == subject_key && !one.writer.is_gone();
        self.listeners.borrow().iter().filter(is_open).map(Rc::clone).collect()
    }
}

fn publish(object: &Object, change: &Change) -> worker::Result<Response> {
    let memory = object.memory::<Memory>();
    if let Ok(registry) = server::linked(object.app()) {
        let log = Log::default();
        let server = server::server(object.app(), registry, &log);
        let vars = EnvVars(object.env());
        let listeners = memory.listeners.borrow().clone();
        for Listener { principal, listen, writer } in listeners.iter().map(AsRef::as_ref) {
            if let Some(text) = listen.message(change)
                && may_hear(&server, &principal.caller, &vars, &principal.subject_key, change)
            {
                // One who takes nothing loses the stream, and listens anew.
                let _ = writer.send_now(sse::event(None, None, &text));
            }
        }
    }
    // Only revisions without tasks have sessions.
    if !matches!(change, Change::Task { .. }) {
        sessions::announce(object, &memory.fan, change)?;
    }
    Response::empty()
}
