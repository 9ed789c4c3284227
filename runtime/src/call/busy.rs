//! The waits of a function by its context, other than for answers of its client.

use std::cell::Cell;
use std::rc::Rc;

/// Counts what is waited for.
#[derive(Debug, Default)]
pub(super) struct Busy(Rc<Cell<u32>>);

/// One thing that is waited for, until this is dropped.
pub(crate) struct Waiting(Rc<Cell<u32>>);

impl Busy {
    pub(super) fn begin(&self) -> Waiting {
        self.0.set(self.0.get() + 1);
        Waiting(Rc::clone(&self.0))
    }

    pub(super) fn is_any(&self) -> bool {
        self.0.get() > 0
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
