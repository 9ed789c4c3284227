//! A running call, as its host sees it.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::task::{Context, Poll, ready};

use serde_json::Value;

use super::Execution;
use super::hosted::HostStep;
use super::step::Step;
use crate::audit::Trail;

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
    pub(super) fn poll_next(&mut self, polling: &mut Context<'_>) -> Poll<Step<S>> {
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

    /// Answers a question, by the id in [`Asked`](super::Asked), with the result or the error object of
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
