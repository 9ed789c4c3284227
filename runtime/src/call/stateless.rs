//! The calls of one HTTP request that belongs to no session.
//!
//! They are answered as JSON, unless they have something to say before they end, or take long: then
//! the answer becomes an event stream, if the client takes one.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::tool::TaskSupport;
use toolgate_core::mcp::{Call, Exchange, Target};
use worker::Response;

use super::{Running, StartTask, Step};
use crate::audit::{self, Teller, Trail};
use crate::http::sse;
use crate::http::sse::{WATCHED, Writer};
use crate::platform::timer::Timer;
use crate::ports::feature::Owner;
use crate::ports::feature::Record;
use crate::ports::principal::Lease;
use crate::ports::principal::Principal;
use crate::ports::request_context::RequestContext;
use crate::tool::features;
use crate::tool::registry::Registry;
use crate::tool::run::{self, Start, is_late_task};

/// How long an answer may take before a stream is opened for it. Proxies and clients give up on a
/// connection on which nothing comes after 30 s or more; most calls are far faster than this.
const QUIET: Duration = Duration::from_secs(5);

/// Runs what a policy has allowed, and answers.
pub(crate) async fn answer(
    incoming: &RequestContext<'_>,
    admitted: &Principal,
    registry: &'static Registry,
    mut exchange: Exchange,
) -> worker::Result<Response> {
    let owner = Owner {
        app: incoming.app,
        env: incoming.env.clone(),
        caller: admitted.caller.clone(),
        subject_key: admitted.subject_key.clone(),
    };
    let teller = Some(incoming.teller());
    let (mut calls, mut results) = begin_all(owner, registry, teller, exchange.calls()).await;
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
            Ok(None) => return incoming.respond(exchange.finish(results)),
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
    incoming.wait_until(stream(calls, exchange, writer, admitted.lease.clone()));
    sse::response(if is_watched { body.keep_alive(WATCHED) } else { body })
}

/// Runs what a policy has allowed, for a test in this process: what was said on the way, and the
/// answer.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn answer_here(
    owner: Owner,
    registry: &'static Registry,
    mut exchange: Exchange,
) -> (Vec<String>, toolgate_core::reply::Reply) {
    let (mut calls, mut results) = begin_all(owner, registry, None, exchange.calls()).await;
    let mut said = Vec::new();
    while let Some(event) = poll_fn(|context| calls.poll(context)).await {
        match event {
            CallEvent::Answer(slot, outcome) => results.push((slot, outcome)),
            CallEvent::Message(text) => said.push(text),
        }
    }
    (said, exchange.finish(results))
}

/// Begins the calls; with the outcomes of those that are tasks.
async fn begin_all(
    owner: Owner,
    registry: &'static Registry,
    teller: Option<Teller>,
    begun: Vec<Call>,
) -> (Calls, Vec<(usize, Outcome)>) {
    let mut calls = Calls { owner, running: Vec::new(), late: Vec::new(), tasks: Vec::new() };
    let mut results = Vec::new();
    for call in begun {
        let slot = call.slot;
        match begin(&calls.owner, registry, teller.as_ref(), call).await {
            Begun::Task(outcome) => results.push((slot, outcome)),
            Begun::Call(running, late) => {
                calls.running.push((slot, *running));
                calls.late.extend(late.map(|call| (slot, *call)));
            }
        }
    }
    (calls, results)
}

enum Begun {
    Task(Outcome),
    /// With the call again, where it may become a task in its course.
    Call(Box<Running<StartTask>>, Option<Box<Call>>),
}

/// Begins a call; as a task, where that is what it is.
async fn begin(
    owner: &Owner,
    registry: &'static Registry,
    teller: Option<&Teller>,
    mut call: Call,
) -> Begun {
    let is_late = is_late_task(registry, &call);
    let becomes_task = call.refusal.is_none() && becomes_task(registry, &call);
    if is_late || becomes_task {
        call.audit.id = Some(audit::new_id());
    }
    if !is_late
        && becomes_task
        && let Some(tasks) = features::tasks(owner.app)
    {
        if let Some(trail) = teller.and_then(|teller| Trail::begin(teller, &mut call.audit)) {
            trail.tell();
        }
        return Begun::Task(tasks.create(owner.clone(), call, Record::default()).await);
    }
    let late = is_late.then(|| Box::new(call.clone()));
    let Owner { app, env, caller, subject_key } = owner.clone();
    let (record, teller) = (Record::default(), teller.cloned());
    let start = Start { app, registry, env, caller, subject_key, call, record, teller };
    Begun::Call(Box::new(run::start(start)), late)
}

/// Whether the tool runs as a task for a client that knows tasks.
fn becomes_task(registry: &Registry, call: &Call) -> bool {
    let Target::Tool(tool) = call.target else { return false };
    let supports = registry.infos().get(tool).map(|info| info.task);
    call.peer.capabilities.tasks
        && call.peer.revision.has_tasks()
        && matches!(supports, Some(TaskSupport::Optional | TaskSupport::Required))
}

/// Calls that run side by side.
struct Calls {
    owner: Owner,
    running: Vec<(usize, Running<StartTask>)>,
    /// Those of them that may become tasks.
    late: Vec<(usize, Call)>,
    /// Those that become tasks just now.
    tasks: Vec<(usize, LocalBoxFuture<'static, Outcome>)>,
}

/// Something that comes of the calls.
enum CallEvent {
    /// A notification.
    Message(String),
    /// The outcome of the call with this slot.
    Answer(usize, Outcome),
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
        if let (Some(late), Some(tasks)) = (late, features::tasks(self.owner.app)) {
            let (_, call) = self.late.swap_remove(late);
            self.tasks.push((slot, tasks.create(self.owner.clone(), call, record)));
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
    let (app, env) = (calls.owner.app, calls.owner.env.clone());
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
