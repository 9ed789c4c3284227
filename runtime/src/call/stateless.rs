//! The calls of one HTTP request that belongs to no session.
//!
//! They are answered as JSON, unless they have something to say before they end, or take long: then
//! the answer becomes an event stream, if the client takes one.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::tool::TaskSupport;
use toolgate_core::mcp::{Call, Exchange, Target};

use super::{Running, StartTask, Step};
use crate::audit::{self, Teller, Trail};
use crate::http::sse;
use crate::http::sse::{WATCHED, Writer};
use crate::platform::bindings::Env;
use crate::platform::host::Response;
use crate::platform::timer::Timer;
use crate::ports::app::{App, Deployment};
use crate::ports::feature::{Record, Tasks};
use crate::ports::principal::{Admitted, Lease, Principal};
use crate::ports::request_context::RequestContext;
use crate::tool::features;
use crate::tool::registry::Registry;
use crate::tool::run::{self, Start, is_late_task};

/// The time after which a stream is opened for an answer. Proxies and clients give up on a
/// connection on which nothing comes after 30 s or more; most calls are far faster than this.
const QUIET: Duration = Duration::from_secs(5);

/// Runs what a policy has allowed, and answers.
pub(crate) async fn answer(
    request: &RequestContext<'_>,
    sender: &Admitted,
    registry: &'static Registry,
    mut exchange: Exchange,
) -> worker::Result<Response> {
    let (app, env, principal) = (request.app, request.env.clone(), sender.principal.clone());
    let mut calls = Calls::new(app, env, principal, registry, Some(request.teller()));
    let mut results = calls.begin_all(exchange.calls()).await;
    let takes_stream = exchange.takes_stream();
    let mut quiet = Timer::from(QUIET);
    let first = loop {
        let next = poll_fn(|context| match calls.poll(context) {
            Poll::Pending if takes_stream => {
                Pin::new(&mut quiet).poll(context).map(|()| Err(Silence))
            }
            event => event.map(Ok),
        });
        match next.await {
            Ok(None) => return request.respond(exchange.finish(results)),
            Ok(Some(CallEvent::Answer(slot, outcome))) => results.push((slot, outcome)),
            Ok(Some(CallEvent::Message(_))) if !takes_stream => {}
            Ok(Some(CallEvent::Message(text))) => break Some(text),
            Err(Silence) => break None,
        }
    };
    let (writer, body) = sse::open();
    let ready = exchange.ready();
    let answered = results.into_iter();
    let answered: Vec<_> =
        answered.filter_map(|(slot, outcome)| exchange.answer_one(slot, outcome)).collect();
    for text in ready.into_iter().chain(answered).chain(first) {
        let _ = writer.send_now(sse::event(None, None, &text));
    }
    let is_watched = exchange.revision().cancels_by_closing();
    request.wait_until(stream(calls, exchange, writer, sender.lease()));
    sse::response(if is_watched { body.keep_alive(WATCHED) } else { body })
}

/// Runs what a policy has allowed, for a test in this process: what was said on the way, and the
/// answer.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn answer_here(
    app: &'static App,
    env: Env,
    principal: Principal,
    registry: &'static Registry,
    mut exchange: Exchange,
) -> (Vec<String>, toolgate_core::reply::Reply) {
    let mut calls = Calls::new(app, env, principal, registry, None);
    let mut results = calls.begin_all(exchange.calls()).await;
    let mut said = Vec::new();
    while let Some(event) = poll_fn(|context| calls.poll(context)).await {
        match event {
            CallEvent::Answer(slot, outcome) => results.push((slot, outcome)),
            CallEvent::Message(text) => said.push(text),
        }
    }
    (said, exchange.finish(results))
}

/// True if the tool runs as a task for a client that knows tasks.
fn becomes_task(registry: &Registry, call: &Call) -> bool {
    let Target::Tool(tool) = call.target else { return false };
    let supports = registry.infos().get(tool).map(|info| info.task);
    call.peer.capabilities.tasks
        && call.peer.revision.has_tasks()
        && matches!(supports, Some(TaskSupport::Optional | TaskSupport::Required))
}

/// Calls that run side by side.
struct Calls {
    app: &'static App,
    env: Env,
    principal: Principal,
    registry: &'static Registry,
    teller: Option<Teller>,
    running: Vec<(usize, Running<StartTask>)>,
    /// Those of them that may become tasks.
    late: Vec<(usize, Call)>,
    /// Those that become tasks just now.
    tasks: Vec<(usize, LocalBoxFuture<'static, CallResult>)>,
}

/// Something that comes of the calls.
enum CallEvent {
    /// A notification.
    Message(String),
    /// The outcome of the call with this slot.
    Answer(usize, CallResult),
}

/// Nothing has come of the calls for a while.
struct Silence;

/// The end of a stream before its calls have ended.
enum StreamEnd {
    /// Nobody reads any more.
    Gone,
    /// The grant stands no more.
    Revoked,
}

impl Calls {
    fn new(
        app: &'static App,
        env: Env,
        principal: Principal,
        registry: &'static Registry,
        teller: Option<Teller>,
    ) -> Self {
        let (running, late, tasks) = (Vec::new(), Vec::new(), Vec::new());
        Self { app, env, principal, registry, teller, running, late, tasks }
    }

    /// Begins the calls, and gives the outcomes of those that are tasks.
    async fn begin_all(&mut self, calls: Vec<Call>) -> Vec<(usize, CallResult)> {
        let mut results = Vec::new();
        for call in calls {
            let slot = call.slot;
            results.extend(self.begin(call).await.map(|outcome| (slot, outcome)));
        }
        results
    }

    /// Begins a call. With an outcome where it is a task.
    async fn begin(&mut self, mut call: Call) -> Option<CallResult> {
        let is_late = is_late_task(self.registry, &call);
        let becomes_task = call.refusal.is_none() && becomes_task(self.registry, &call);
        if is_late || becomes_task {
            call.audit.id = Some(audit::new_id());
        }
        if !is_late
            && becomes_task
            && let Some(tasks) = features::tasks(self.app)
        {
            let teller = self.teller.as_ref();
            if let Some(trail) = teller.and_then(|teller| Trail::begin(teller, &mut call.audit)) {
                trail.tell();
            }
            return Some(self.create_task(tasks, call, Record::default()).await);
        }
        if is_late {
            self.late.push((call.slot, call.clone()));
        }
        let slot = call.slot;
        let running = run::start(Start {
            app: self.app,
            registry: self.registry,
            env: self.env.clone(),
            principal: self.principal.clone(),
            call,
            record: Record::default(),
            teller: self.teller.clone(),
            session: None,
        });
        self.running.push((slot, running));
        None
    }

    fn create_task(
        &self,
        tasks: &dyn Tasks,
        call: Call,
        record: Record,
    ) -> LocalBoxFuture<'static, CallResult> {
        let deployment = Deployment { app: self.app, env: &self.env };
        tasks.create(deployment, self.principal.clone(), call, record)
    }

    /// Polls for the next event; `None` when all is over.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<CallEvent>> {
        if self.running.is_empty() && self.tasks.is_empty() {
            return Poll::Ready(None);
        }
        for index in 0..self.tasks.len() {
            if let Poll::Ready(outcome) = self.tasks[index].1.as_mut().poll(context) {
                let (slot, _) = self.tasks.swap_remove(index);
                return Poll::Ready(Some(CallEvent::Answer(slot, outcome)));
            }
        }
        for index in 0..self.running.len() {
            let (slot, running) = &mut self.running[index];
            let slot = *slot;
            let Poll::Ready(step) = running.poll_next(context) else { continue };
            return match step {
                Step::Send(text) => Poll::Ready(Some(CallEvent::Message(text))),
                Step::Done(outcome) => {
                    self.running.swap_remove(index);
                    Poll::Ready(Some(CallEvent::Answer(slot, outcome)))
                }
                Step::Host(StartTask(record)) => {
                    self.running.swap_remove(index);
                    self.start_task(slot, record);
                    self.poll(context)
                }
            };
        }
        Poll::Pending
    }

    fn start_task(&mut self, slot: usize, record: Record) {
        let late = self.late.iter().position(|(late, _)| *late == slot);
        if let (Some(late), Some(tasks)) = (late, features::tasks(self.app)) {
            let (_, call) = self.late.swap_remove(late);
            self.tasks.push((slot, self.create_task(tasks, call, record)));
        }
    }

    fn cancel(&self) {
        for (_, running) in &self.running {
            running.cancel();
        }
    }
}

/// Writes what happens until all is over. In 2026-07-28 a client cancels by closing the stream; in
/// the revisions before, a lost connection means nothing, and the calls run to their end. Nobody may
/// have the answers once the grant is revoked, so then the calls are cancelled in any revision.
async fn stream(mut calls: Calls, mut exchange: Exchange, writer: Writer, lease: Lease) {
    let (app, env) = (calls.app, calls.env.clone());
    let mut revoked = Box::pin(async move { lease.revoked(app, &env).await });
    let mut writer = Some(writer);
    loop {
        let next = poll_fn(|context| match &writer {
            Some(open) if open.poll_gone(context).is_ready() => Poll::Ready(Err(StreamEnd::Gone)),
            Some(_) if revoked.as_mut().poll(context).is_ready() => {
                Poll::Ready(Err(StreamEnd::Revoked))
            }
            _ => calls.poll(context).map(Ok),
        });
        let text = match next.await {
            Ok(None) => return,
            Ok(Some(CallEvent::Message(text))) => Some(text),
            Ok(Some(CallEvent::Answer(slot, outcome))) => exchange.answer_one(slot, outcome),
            Err(StreamEnd::Revoked) => {
                writer = None;
                calls.cancel();
                None
            }
            Err(StreamEnd::Gone) => {
                writer = None;
                if exchange.revision().cancels_by_closing() {
                    calls.cancel();
                }
                None
            }
        };
        if let (Some(open), Some(text)) = (&writer, text) {
            // A reader who has gone is noticed above.
            let _ = open.send(sse::event(None, None, &text)).await;
        }
    }
}
