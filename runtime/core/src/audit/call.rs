//! What the audit trail is told of a call: that it was allowed, and how it ended.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::audit::Event;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// With a result.
    Ok,
    /// With a result that says that the tool could not do its work.
    ToolError,
    /// With a JSON-RPC error.
    Error,
    /// With a question; the client sends the call again with the answer.
    InputRequired,
    /// As a task, which goes on by itself.
    Task,
    /// The function panicked.
    Panicked,
    /// The function took longer than `[limits] tool_timeout`.
    TimedOut,
    /// Nobody wanted the answer any more.
    Cancelled,
    /// The server was stopped in the middle of it; how far the function came is not known.
    Lost,
}

impl CallOutcome {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::Error => "error",
            Self::InputRequired => "input_required",
            Self::Task => "task",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }
}

/// The end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finish {
    /// How it ended.
    pub outcome: CallOutcome,
    /// Milliseconds that it took, by a clock that stands still while a function does not wait.
    pub ms: u64,
    /// Bytes of the JSON-RPC response; 0 where there is none.
    pub bytes: usize,
}

/// The response to a call, once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// What the response says.
    pub outcome: CallOutcome,
    /// Bytes of its JSON text.
    pub bytes: usize,
}

/// The part of a [`Call`](crate::mcp::Call) that is for the audit trail.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallAudit {
    /// The decision that allowed it, which is not in the log.
    pub decision: Option<Box<Event>>,
    /// Joins the events of a call that ends elsewhere: as a task.
    pub id: Option<String>,
    /// Tells when the response is written.
    pub settling: Settling,
}

type Hook = Box<dyn FnOnce(Settled)>;

/// What is to be done when the response to a call is written, or when it is clear that there will be
/// none. Clones are of one and the same call.
#[derive(Clone, Default)]
pub struct Settling(Rc<Slot>);

#[derive(Default)]
struct Slot(RefCell<Option<Hook>>);

impl Settling {
    /// Does this when the response is written.
    pub fn on_settled(&self, hook: impl FnOnce(Settled) + 'static) {
        self.0.0.replace(Some(Box::new(hook)));
    }

    pub(crate) fn settle(&self, settled: Settled) {
        self.0.settle(settled);
    }
}

impl Slot {
    fn settle(&self, settled: Settled) {
        let hook = self.0.take();
        if let Some(hook) = hook {
            hook(settled);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.settle(Settled { outcome: CallOutcome::Cancelled, bytes: 0 });
    }
}

impl PartialEq for Settling {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Settling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settling")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> (Settling, Rc<RefCell<Vec<CallOutcome>>>) {
        let (settling, told) = (Settling::default(), Rc::new(RefCell::new(Vec::new())));
        let seen = Rc::clone(&told);
        settling.on_settled(move |settled| seen.borrow_mut().push(settled.outcome));
        (settling, told)
    }

    #[test]
    fn a_call_settles_once() {
        let (settling, told) = told();
        settling.settle(Settled { outcome: CallOutcome::Ok, bytes: 1 });
        settling.settle(Settled { outcome: CallOutcome::Error, bytes: 1 });
        drop(settling);
        assert_eq!(*told.borrow(), [CallOutcome::Ok]);
    }

    #[test]
    fn a_call_that_nobody_answers_is_cancelled() {
        let (settling, told) = told();
        let clone = settling.clone();
        drop(settling);
        assert!(told.borrow().is_empty(), "the other half may still answer");
        drop(clone);
        assert_eq!(*told.borrow(), [CallOutcome::Cancelled]);
    }
}
