//! The end of an instance of the wasm module, while its isolate lives on.
//!
//! After a trap that is no panic the memory of the instance is not to be trusted, and the shim starts
//! a new one for the next request. Whatever the old one still has open would then be silent for ever:
//! its timers and promises lead nowhere. So everything is told to end before: streams close, so that
//! their clients come back, and calls are answered with an error.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Something open that can be ended from outside.
pub(crate) trait Ends {
    /// Ends it. Nothing may be borrowed that this borrows.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only wasm is given up"))]
    fn end(&self);
}

/// Below this many entries nobody looks for those that are gone.
const FEW: usize = 64;

thread_local! {
    static IS_OVER: Cell<bool> = const { Cell::new(false) };
    static OPEN: RefCell<Vec<Weak<dyn Ends>>> = const { RefCell::new(Vec::new()) };
}

/// Has this ended when the instance is given up.
pub(crate) fn watch<T: Ends + 'static>(open: &Rc<T>) {
    let open = Rc::downgrade(open) as Weak<dyn Ends>;
    OPEN.with_borrow_mut(|all| {
        if all.len() >= FEW && all.len() == all.capacity() {
            all.retain(|other| other.strong_count() > 0);
        }
        all.push(open);
    });
}

/// Whether the instance is given up.
pub(crate) fn is_over() -> bool {
    IS_OVER.get()
}

/// Ends everything that is open.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only wasm is given up"))]
pub(crate) fn end_all() {
    IS_OVER.set(true);
    for open in OPEN.take() {
        if let Some(open) = open.upgrade() {
            open.end();
        }
    }
}
