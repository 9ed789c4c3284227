//! Audit events of one call: that it was allowed, and how it ended.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::event::Event;
use super::finish::{CallOutcome, Settled};

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

/// Work to do when the response to a call is written, or when it is clear that there will be none.
/// Clones belong to the same call.
#[derive(Clone, Default)]
pub struct Settling(Rc<Slot>);

#[derive(Default)]
struct Slot(RefCell<Option<Hook>>);

impl Settling {
    /// Does this when the response is written.
    pub fn on_settled(&self, hook: impl FnOnce(Settled) + 'static) {
        self.0.0.replace(Some(Box::new(hook)));
    }

    /// Tells that the response is written.
    pub fn settle(&self, settled: Settled) {
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
