//! The Worker's log in tests: errors that the caller is not told.

use std::cell::RefCell;

thread_local! {
    static ERRORS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a line for the answer of the call that runs on this thread; a test that fails shows it, too.
pub(crate) fn error(line: &str) {
    eprintln!("{line}");
    ERRORS.with_borrow_mut(|errors| errors.push(line.to_owned()));
}

/// The lines since the last time.
pub(crate) fn take() -> Vec<String> {
    ERRORS.take()
}

/// The macros of `worker` for the log: a test that fails shows it.
#[doc(hidden)]
#[macro_export]
macro_rules! __test_log {
    ($($argument:tt)*) => {
        ::std::eprintln!($($argument)*)
    };
}
