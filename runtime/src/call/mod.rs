//! One running call, whoever hosts it.
//!
//! The host is the Worker that serves a request, the Durable Object of a session, or that of a task.
//! It starts a [`Running`], does what each [`Step`] says, and gives back what it learns.

mod busy;
mod guard;
mod live;
mod outbox;
pub(crate) mod stateless;

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Polling, Poll};
use std::time::Duration;

use serde_json::{Map, Value};
use toolgate_core::audit::CallOutcome;
use toolgate_core::mcp::ask::{Ask, Reply};
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::{Call, Fault, INTERNAL_ERROR, Revision, Target, fault};

use self::guard::Work;
pub(crate) use self::live::Live;
use crate::app::App;
use crate::audit::{Teller, Trail};
use crate::bindings::Env;
use crate::timer::Timer;
use crate::tool::Context;
use crate::tool::registry::Registry;
use toolgate_core::json;
use toolgate_policy::Caller;

/// How long a call that was cancelled may take to clean up, if it waits to hear of it.
const GRACE: Duration = Duration::from_secs(1);

/// How long a call waits for the answer of its client, where that is longer than its own limit: a
/// person reads the question, and perhaps has to look something up.
const ANSWER_WAIT: Duration = Duration::from_secs(15 * 60);

/// What a call needs.
pub(crate) struct Start {
    pub(crate) app: &'static App,
    pub(crate) registry: &'static Registry,
    pub(crate) env: Env,
    pub(crate) caller: Caller,
    /// Pseudonym of the person.
    pub(crate) shard: String,
    pub(crate) call: Call,
    /// What is known from earlier runs of the same call, where the host keeps it.
    pub(crate) record: Record,
    pub(crate) host: HostKind,
    /// Where the audit trail of the call is written to; none in a test.
    pub(crate) teller: Option<Teller>,
}

/// What makes a call that runs again from its start come to where it was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// What the client answered, by the keys of the questions.
    pub(crate) answers: Map<String, Value>,
    /// What ran once, by its key.
    pub(crate) memo: Map<String, Value>,
}

/// Who hosts a call, which decides how it asks its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostKind {
    /// One HTTP request. In 2026-07-28 a question ends the call, and the client sends it again with
    /// the answer; in the legacy revisions nothing can be asked.
    Stateless,
    /// A session: questions are requests of the server.
    Session,
    /// A task: questions wait in it until the client brings answers.
    Task,
}

/// What the host has to do next.
#[derive(Debug)]
pub(crate) enum Step {
    /// Send a notification, if there is where to; JSON text.
    Send(String),
    /// Put these questions to the client and [`reply`](Running::reply) with the answers. Never for a
    /// host without state.
    Ask(Vec<Asked>),
    /// Keep this for the next run, before the call goes on. For tasks only.
    Keep {
        /// The key in [`Record::memo`].
        key: String,
        /// What it came to.
        value: Value,
    },
    /// Nobody waits any more for the answer to the question of this id.
    Withdraw(String),
    /// End the HTTP stream; the client comes back for the rest.
    Release,
    /// Go on as a task, from the start with this record; this run is over. Only for a host without
    /// state, of a call whose function says that it comes to this.
    StartTask(Record),
    /// The call is over.
    Done(Outcome),
}

/// A question under way.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// What its reply names: for a session, the id of the server's request; for a task, the key.
    pub(crate) id: String,
    /// What is asked.
    pub(crate) ask: Ask,
    /// How it is put and its reply read.
    pub(crate) wire: &'static Wire,
}

/// What a question is on the wire. Named by what asks, so that a server without questions does not
/// contain it.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The server's request of this id.
    pub(crate) request: fn(&Ask, &str, Revision) -> String,
    /// What the client's response says; `None` for one that is no answer to the question.
    read: fn(&Ask, &Result<Value, Value>) -> Option<Reply>,
}

static WIRE: Wire = Wire { request: Ask::request, read: Ask::read_response };

/// A call that runs. Dropping it ends it.
pub(crate) struct Running {
    live: Rc<Live>,
    work: Option<Work>,
    /// Until it is given out.
    outcome: Option<Outcome>,
    limit: Option<Duration>,
    /// Runs from the first time that the call waits.
    deadline: Option<Timer>,
    /// Whether the deadline is one for the client's answer.
    deadline_is_for_answer: bool,
    grace: Option<Timer>,
    trail: Option<Rc<Trail>>,
}

impl Running {
    /// Begins a call. Nothing of it runs before [`next`](Self::next).
    pub(crate) fn start(start: Start) -> Self {
        let Start { app, registry, env, caller, shard, mut call, record, host, teller } = start;
        let trail = teller.and_then(|teller| Trail::begin(&teller, &mut call.audit));
        let arguments = std::mem::take(&mut call.arguments);
        let refusal = call.refusal.take();
        let seconds = app.config.limits.tool_timeout;
        let request_id = plain(&call.request_id);
        let target = call.target.clone();
        let subject = is_interactive(registry, &target).then(|| arguments.clone());
        let is_late_task = host == HostKind::Stateless && is_late_task(registry, &call);
        let mut live = Live::new(call, subject, record, host, is_late_task);
        if let Target::PromptCompletion { .. } | Target::ResourceCompletion { .. } = target {
            live = live.completing(arguments.clone());
        }
        let live = Rc::new(live);
        let context = Context::of_call(caller, env, request_id, shard, app, Rc::clone(&live));
        let work: Work =
            Box::pin(async move { registry.run(&target, &context, arguments, refusal).await });
        Self {
            live,
            work: Some(work),
            outcome: None,
            // A task is for what takes long, and ends with its own time at the latest.
            limit: (seconds > 0 && host != HostKind::Task)
                .then(|| Duration::from_secs(seconds.into())),
            deadline: None,
            deadline_is_for_answer: false,
            grace: None,
            trail,
        }
    }

    /// Runs the call until there is something to do for the host. After [`Step::Done`] it waits for
    /// ever.
    ///
    /// It may be dropped and called anew at any time; nothing is lost.
    pub(crate) async fn next(&mut self) -> Step {
        poll_fn(|polling| self.poll_next(polling)).await
    }

    /// The answer to a question, by the id in [`Asked`]: the result, or the error object of the
    /// client's response. False if no such question is open.
    pub(crate) fn reply(&self, id: &str, reply: Result<Value, Value>) -> bool {
        self.live.reply(id, reply)
    }

    /// Whether the call does nothing but wait for answers of its client, as far as that can be seen: it
    /// may still wait for what it does without its context.
    pub(crate) fn only_asks(&self) -> bool {
        self.live.waits_for_answer() && !self.live.is_busy()
    }

    /// Asks the call to end. It comes to [`Step::Done`] soon, with whatever outcome; clients want
    /// no answer to what they have cancelled.
    pub(crate) fn cancel(&self) {
        self.live.cancel();
    }

    fn poll_next(&mut self, polling: &mut Polling<'_>) -> Poll<Step> {
        loop {
            if let Some(step) = self.live.step() {
                // It streams, or goes on elsewhere.
                self.trail(Trail::tell);
                return Poll::Ready(step);
            }
            if let Some(outcome) = self.outcome.take() {
                return Poll::Ready(Step::Done(outcome));
            }
            if self.work.is_none() {
                return Poll::Pending;
            }
            self.live.wake_on_change(polling.waker());
            match guard::poll(&mut self.work, polling.waker()) {
                Ok(Poll::Ready(outcome)) => self.outcome = Some(self.live.conclude(outcome)),
                Err(guard::Trapped) => {
                    self.trail(|trail| trail.ended(CallOutcome::Panicked));
                    self.outcome = Some(Err(fault::panicked()));
                }
                Ok(Poll::Pending) if self.live.has_step() => {}
                Ok(Poll::Pending) => match self.live.interruption().or_else(|| self.ended(polling))
                {
                    Some(outcome) => self.end(outcome),
                    None => {
                        self.trail(|trail| trail.waits(polling));
                        return Poll::Pending;
                    }
                },
            }
        }
    }

    fn trail(&self, tell: impl FnOnce(&Trail)) {
        if let Some(trail) = &self.trail {
            tell(trail);
        }
    }

    fn end(&mut self, outcome: Outcome) {
        guard::discard(&mut self.work);
        self.outcome = Some(outcome);
    }

    /// Whether a call that waits is over by cancellation or by the clock.
    fn ended(&mut self, polling: &mut Polling<'_>) -> Option<Outcome> {
        if self.live.is_cancelled() {
            self.trail(|trail| trail.ended(CallOutcome::Cancelled));
            let cancelled = Err(Fault::new(INTERNAL_ERROR, "The call was cancelled"));
            if !self.live.hears_of_cancellation() {
                return Some(cancelled);
            }
            let grace = self.grace.get_or_insert_with(|| Timer::from(GRACE));
            return Pin::new(grace).poll(polling).is_ready().then_some(cancelled);
        }
        let limit = self.limit?;
        let waits_for_answer = self.live.waits_for_answer();
        if self.deadline_is_for_answer != waits_for_answer {
            // Each stretch between two answers has the whole of the time.
            self.deadline = None;
            self.deadline_is_for_answer = waits_for_answer;
        }
        let limit = if waits_for_answer { limit.max(ANSWER_WAIT) } else { limit };
        let deadline = self.deadline.get_or_insert_with(|| Timer::from(limit));
        Pin::new(deadline).poll(polling).is_ready().then(|| {
            self.trail(|trail| trail.ended(CallOutcome::TimedOut));
            Err(fault::timed_out())
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        guard::discard(&mut self.work);
    }
}

/// Whether the target may ask its client, so that what it was called with has to be known later.
fn is_interactive(registry: &Registry, target: &Target) -> bool {
    let needs = match target {
        Target::Tool(tool) => registry.tools().get(*tool).map(|def| &def.needs),
        Target::Prompt(prompt) => registry.prompts().get(*prompt).map(|def| &def.needs),
        Target::Resource { resource, .. } => {
            registry.resources().get(*resource).map(|def| &def.needs)
        }
        Target::PromptCompletion { .. } | Target::ResourceCompletion { .. } => None,
    };
    needs.is_some_and(|needs| needs.interactive)
}

/// Whether the function begins as a plain call and becomes a task in its course. Where the client
/// does not know tasks, it stays a plain call.
fn is_late_task(registry: &Registry, call: &Call) -> bool {
    let Target::Tool(tool) = call.target else { return false };
    let needs = registry.tools().get(tool).map(|def| &def.needs);
    call.peer.revision.is_modern()
        && call.peer.capabilities.tasks
        && needs.is_some_and(|needs| needs.features.iter().any(|one| one.is_late_task()))
}

/// A JSON-RPC id without the quotes of JSON.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| json::to_text(id), str::to_owned)
}
