//! One message of a client, inside the object of its session.

use std::rc::Rc;

use futures_util::future::join_all;
use http::HeaderMap;
use toolgate_core::audit::Log;
use toolgate_core::mcp::{
    self as protocol, Call, Fault, INTERNAL_ERROR, SessionAnswer, SessionState,
};
use toolgate_core::reply::Reply;

use super::calls::{Calls, Outgoing};
use crate::audit::{Teller, Trail};
use crate::http::object_client::Received;
use crate::platform::EnvVars;
use crate::platform::host::Response;
use crate::ports::feature::Record;
use crate::ports::object::Object;
use crate::tool::run::{self, Start};
use crate::tool::server;

/// Calls that one session may run at once: a batch of the greatest size (MCP 2025-03-26), or more
/// than any client was seen to send.
const MAX_CALLS: usize = protocol::MAX_BATCH;

/// The answer to the message, after what it has to say to running calls was told. `headers`
/// are given for Streamable HTTP.
pub(crate) fn accept(
    object: &Object,
    received: &Received,
    state: &mut SessionState,
    headers: Option<&HeaderMap>,
    calls: &Calls,
) -> Result<SessionAnswer, Box<Reply>> {
    let app = object.app();
    let registry = server::linked(app)?;
    let principal = &received.sender.principal;
    let log = Log::default();
    log.person(&principal.subject_key, &principal.caller);
    log.client(&principal.caller.client_id);
    let server = server::server(app, registry, &log);
    let vars = EnvVars(object.env());
    let body = &received.body;
    let accepted =
        protocol::accept_session(&server, &principal.caller, &vars, state, headers, body);
    Teller::of_object(app, object.env(), &received.request()).flush(&log);
    accepted.signals.into_iter().for_each(|signal| calls.signal(signal));
    Ok(accepted.answer)
}

/// The answer to what is not answered.
pub(crate) fn taken() -> worker::Result<Response> {
    Ok(Response::empty()?.with_status(202))
}

/// Runs the calls of a message; what they say goes through `post`.
pub(crate) async fn run<P: Outgoing + 'static>(
    object: &Object,
    calls: &Rc<Calls>,
    received: Received,
    wanted: Vec<Call>,
    post: &Rc<P>,
) {
    let teller = Teller::of_object(object.app(), object.env(), &received.request());
    let registry = server::linked(object.app()).ok();
    let Some(registry) = registry.filter(|_| calls.len() + wanted.len() <= MAX_CALLS) else {
        for mut call in wanted {
            // It was allowed, and its trail ends with the answer.
            drop(Trail::begin(&teller, &mut call.audit));
            let fault = Fault::new(INTERNAL_ERROR, "This session has too many calls at once");
            post.answer(call.slot, &call.request_id, Some(Err(fault))).await;
        }
        return;
    };
    // What uses accounts at third parties tells the session when a person has connected one.
    let session = object.app().accounts.map(|_| received.name());
    let principal = received.sender.principal;
    let running: Vec<_> = wanted
        .into_iter()
        .map(|call| {
            let (slot, request_id) = (call.slot, call.request_id.clone());
            let running = run::start(Start {
                app: object.app(),
                registry,
                env: object.env().clone(),
                principal: principal.clone(),
                call,
                record: Record::default(),
                teller: Some(teller.clone()),
                session: session.clone(),
            });
            calls.add(slot, request_id, running)
        })
        .collect();
    let (calls, post) = (Rc::clone(calls), Rc::clone(post));
    object.state().wait_until(async move {
        join_all(running.into_iter().map(|call| calls.run(call, &*post))).await;
    });
}
