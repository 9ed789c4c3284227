//! Values of JavaScript that a function makes in a test.

use std::io::Write as _;
use std::sync::Once;
use std::{io, panic, thread};

/// The words of `wasm-bindgen` with which it ends the program: where they come from nothing can unwind.
const FATAL: &str = "function not implemented on non-wasm32 targets";

static EXPLAINED: Once = Once::new();

/// Has the end of the program by a value of JavaScript explained, with the name of the test.
pub(super) fn explain() {
    EXPLAINED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            before(panic);
            if panic.payload().downcast_ref::<&str>().is_some_and(|words| *words == FATAL) {
                let thread = thread::current();
                let test = thread.name().unwrap_or("a test");
                // What a test prints is lost with the program.
                let _ = writeln!(
                    io::stderr(),
                    "\ntoolgate: `{test}` makes a value of JavaScript, which ends all tests of this \
                     program. Take the types of `worker` from `toolgate::bindings` or \
                     `toolgate::worker`, and write `.into()` in place of `JsValue::from(…)`."
                );
            }
        }));
    });
}
