//! One running call, whoever hosts it.
//!
//! The host is the Worker that serves a request, the Durable Object of a session, or that of a task.
//! It starts a [`Running`], does what each [`Step`] says, and gives back what it learns. [`HostStep`]s are
//! its own: no kind of host is given a step of another one.

mod busy;
pub(crate) mod client;
mod guard;
mod hosted;
mod live;
mod outbox;
pub(crate) mod span;
pub(crate) mod stateless;
mod step;

use std::future::{Future as _, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Polling, Poll, ready};
use std::time::Duration;

use serde_json::Value;
use toolgate_core::audit::CallOutcome;
use toolgate_core::mcp::fault;
use toolgate_core::mcp::outcome::CallResult;

use self::guard::Work;
pub(crate) use self::hosted::HostStep;
pub(crate) use self::live::Live;
use self::span::CallSpan;
pub(crate) use self::step::{Asked, HostKind, SessionStep, StartTask, Step, TaskStep};
use crate::audit::Trail;
use crate::platform::timer::Timer;

/// The time that a cancelled call has to clean up, if it waits to hear of it.
const GRACE: Duration = Duration::from_secs(1);

/// The time that a call waits for the answer of its client, where that is longer than its own limit: a
/// person reads the question, and perhaps has to look something up.
const ANSWER_WAIT: Duration = Duration::from_secs(15 * 60);

/// A call that runs in a host whose own steps are `S`. Dropping it ends it.
pub(crate) struct Running<S> {
    // What is the same for all hosts is apart, so that a Worker contains it once.
    execution: Execution,
    steps: PhantomData<fn() -> S>,
}

impl<S: HostStep> Running<S> {
    /// A call that begins with its first [`next`](Self::next).
    pub(crate) fn new(execution: Execution) -> Self {
        Self { execution, steps: PhantomData }
    }

    /// Runs the call until there is something to do for the host. After [`Step::Done`] it waits for
    /// ever.
    ///
    /// It may be dropped and called again at any time; nothing is lost.
    pub(crate) async fn next(&mut self) -> Step<S> {
        poll_fn(|polling| self.poll_next(polling)).await
    }

    /// Polls [`next`](Self::next).
    fn poll_next(&mut self, polling: &mut Polling<'_>) -> Poll<Step<S>> {
        loop {
            if let Some(step) = self.step() {
                // It streams, or goes on elsewhere.
                self.execution.trail(Trail::tell);
                return Poll::Ready(step);
            }
            if let Some(outcome) = self.execution.outcome.take() {
                return Poll::Ready(Step::Done(outcome));
            }
            ready!(self.execution.poll(polling));
        }
    }

    fn step(&self) -> Option<Step<S>> {
        let live = &self.execution.live;
        live.message().map(Step::Send).or_else(|| S::take(live).map(Step::Host))
    }

    /// Answers a question, by the id in [`Asked`], with the result or the error object of
    /// the client's response. False if no such question is open.
    pub(crate) fn reply(&self, id: &str, reply: Result<Value, Value>) -> bool {
        self.execution.live.reply(id, reply)
    }

    /// True where the call does nothing but wait for answers of its client, as far as that can be seen:
    /// it may still wait for what it does without its context.
    pub(crate) fn only_asks(&self) -> bool {
        let live = &self.execution.live;
        live.waits_for_answer() && !live.is_busy()
    }

    /// Asks the call to end. It comes to [`Step::Done`] soon, with some outcome; clients want no answer
    /// to what they have cancelled.
    pub(crate) fn cancel(&self) {
        self.execution.live.cancel();
    }
}

/// The work of a call, whatever its host is. Dropping it ends it.
pub(crate) struct Execution {
    live: Rc<Live>,
    work: Option<Work>,
    /// Until it is given out.
    outcome: Option<CallResult>,
    limit: Option<Duration>,
    /// Runs from the first time that the call waits.
    deadline: Option<Timer>,
    /// The deadline is one for the client's answer.
    deadline_is_for_answer: bool,
    grace: Option<Timer>,
    trail: Option<Rc<Trail>>,
    /// Apart from the work, which a panic would take it along with.
    span: Option<CallSpan>,
}

impl Execution {
    /// Begins a call, which `work` does. Nothing of it runs yet. With a `limit`, it ends at that time at
    /// the latest.
    pub(crate) fn new(
        live: Rc<Live>,
        limit: Option<Duration>,
        trail: Option<Rc<Trail>>,
        work: Work,
    ) -> Self {
        Self {
            live,
            work: Some(work),
            outcome: None,
            limit,
            deadline: None,
            deadline_is_for_answer: false,
            grace: None,
            trail,
            span: None,
        }
    }

    /// With the span of the call, which ends with it.
    pub(crate) fn spanned(mut self, span: Option<CallSpan>) -> Self {
        self.span = span;
        self
    }

    /// Runs the call until it may have come to a step or to its outcome.
    fn poll(&mut self, polling: &mut Polling<'_>) -> Poll<()> {
        if self.work.is_none() {
            return Poll::Pending;
        }
        self.live.wake_on_change(polling.waker());
        match guard::poll(&mut self.work, polling.waker()) {
            Ok(Poll::Ready(outcome)) => {
                let outcome = self.live.conclude(outcome);
                if let Some(mut span) = self.span.take() {
                    span.end(Some(&outcome));
                }
                self.outcome = Some(outcome);
            }
            Err(guard::Trapped) => {
                self.span = None;
                self.outcome = Some(Err(fault::panicked()));
            }
            Ok(Poll::Pending) if self.live.has_step() => {}
            Ok(Poll::Pending) => match self.live.interruption().or_else(|| self.ended(polling)) {
                Some(outcome) => self.end(outcome),
                None => {
                    self.trail(|trail| trail.waits(polling));
                    return Poll::Pending;
                }
            },
        }
        Poll::Ready(())
    }

    fn trail(&self, tell: impl FnOnce(&Trail)) {
        if let Some(trail) = &self.trail {
            tell(trail);
        }
    }

    fn end(&mut self, outcome: CallResult) {
        guard::discard(&mut self.work);
        self.span = None;
        self.outcome = Some(outcome);
    }

    /// The outcome of a call that waits, where it is over by cancellation or by the clock.
    fn ended(&mut self, polling: &mut Polling<'_>) -> Option<CallResult> {
        if self.live.is_cancelled() {
            if !self.live.hears_of_cancellation() {
                return Some(Err(fault::cancelled()));
            }
            // Whatever the function still makes of it, nobody gets it.
            self.trail(|trail| trail.ended(CallOutcome::Cancelled));
            let grace = self.grace.get_or_insert_with(|| Timer::from(GRACE));
            return Pin::new(grace).poll(polling).is_ready().then(|| Err(fault::cancelled()));
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
        Pin::new(deadline).poll(polling).is_ready().then(|| Err(fault::timed_out()))
    }
}

impl Drop for Execution {
    fn drop(&mut self) {
        guard::discard(&mut self.work);
    }
}
