//! The side of a running call that its host works with.

use super::live::Live;
use super::step::{Asked, HostKind, SessionStep, StartTask, TaskStep};
use crate::context::UNSUPPORTED;
use serde_json::Value;
use std::task::Waker;
use toolgate_core::mcp::fault;
use toolgate_core::mcp::outcome::CallResult;

/// Steps that only one kind of host takes, as far as a call has come to one. They come after what is to
/// be sent, in the order in which the call did them as far as that matters.
pub(crate) trait HostStep: Sized {
    /// The kind of host.
    const HOST: HostKind;

    /// Takes the next step from the call.
    fn take(live: &Live) -> Option<Self>;
}

impl HostStep for StartTask {
    const HOST: HostKind = HostKind::Stateless;

    fn take(live: &Live) -> Option<Self> {
        live.starts_task.take().then(|| Self(live.record.borrow().clone()))
    }
}

impl HostStep for SessionStep {
    const HOST: HostKind = HostKind::Session;

    fn take(live: &Live) -> Option<Self> {
        if live.releases.take() {
            return Some(Self::Release);
        }
        live.asked().map(Self::Ask)
    }
}

impl HostStep for TaskStep {
    const HOST: HostKind = HostKind::Task;

    fn take(live: &Live) -> Option<Self> {
        if let Some((key, value)) = live.keeps.borrow_mut().pop_front() {
            return Some(Self::Keep { key, value });
        }
        if let Some(id) = live.withdrawn.borrow_mut().pop() {
            return Some(Self::Withdraw(id));
        }
        live.asked().map(Self::Ask)
    }
}

/// The side of the host.
impl Live {
    /// The next notification.
    pub(super) fn message(&self) -> Option<String> {
        self.outbox.borrow_mut().take(&self.peer)
    }

    /// The questions that were not put yet.
    fn asked(&self) -> Option<Vec<Asked>> {
        let mut questions = self.questions.borrow_mut();
        let new = questions.iter_mut().filter(|question| !question.is_announced);
        let asked: Vec<Asked> = new
            .map(|question| {
                question.is_announced = true;
                question.asked.clone()
            })
            .collect();
        (!asked.is_empty()).then_some(asked)
    }

    pub(super) fn has_step(&self) -> bool {
        !self.outbox.borrow().is_empty()
            || !self.keeps.borrow().is_empty()
            || !self.withdrawn.borrow().is_empty()
            || self.releases.get()
            || self.starts_task.get()
            || (self.host != HostKind::Stateless
                && self.questions.borrow().iter().any(|question| !question.is_announced))
    }

    /// The outcome of a call that waits, if what it waits for ends it.
    pub(super) fn interruption(&self) -> Option<CallResult> {
        if let Some(fault) = self.fault.take() {
            return Some(Err(fault));
        }
        if self.host != HostKind::Stateless || !self.waits_for_answer() {
            return None;
        }
        let asks = self.questions.take().into_iter().map(|question| question.asked.ask).collect();
        let pause = self.pause.take()?;
        Some(pause(asks, &self.record.borrow()))
    }

    /// The outcome of a call that has come to its end. One that failed for want of a capability is a
    /// fault in 2026-07-28, so that the client learns which. A function that could do without it, and
    /// failed for another reason, says so in words of its own.
    pub(super) fn conclude(&self, outcome: CallResult) -> CallResult {
        let said = match &outcome {
            Ok(shape) => shape.failure(),
            Err(fault) => Some(fault.message()),
        };
        let is_for_want = said.is_some_and(|said| said.contains(UNSUPPORTED));
        match self.missing.take() {
            Some(required) if is_for_want && self.peer.revision.has_missing_capability() => {
                Err(fault::missing_capability(required))
            }
            _ => outcome,
        }
    }

    pub(super) fn waits_for_answer(&self) -> bool {
        self.questions.borrow().iter().any(|question| question.reply.is_none())
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.is_any()
    }

    pub(super) fn reply(&self, id: &str, reply: Result<Value, Value>) -> bool {
        let taken = {
            let mut questions = self.questions.borrow_mut();
            let open = questions.iter_mut().find(|question| {
                question.reply.is_none() && question.is_announced && question.asked.id == id
            });
            let Some(question) = open else { return false };
            let read = (question.asked.wire.read)(&question.asked.ask, &reply);
            // A task keeps its question until there is an answer to it.
            let taken = read.is_some() || self.host == HostKind::Session;
            if taken {
                question.reply = Some(read);
            }
            taken
        };
        if taken {
            self.wake();
        }
        taken
    }

    pub(super) fn cancel(&self) {
        self.cancelled.set(true);
        self.wake();
    }

    pub(super) fn hears_of_cancellation(&self) -> bool {
        self.hears_of_cancellation.get()
    }

    /// Wakes at [`reply`](Self::reply) and [`cancel`](Self::cancel). Each waker is told once.
    pub(super) fn wake_on_change(&self, waker: &Waker) {
        let mut wakers = self.wakers.borrow_mut();
        if !wakers.iter().any(|known| known.will_wake(waker)) {
            wakers.push(waker.clone());
        }
    }

    fn wake(&self) {
        self.wakers.take().into_iter().for_each(Waker::wake);
    }
}
