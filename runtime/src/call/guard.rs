//! Runs user code so that its panics cost its own call alone.
//!
//! A panic traps, since Workers are built with `panic=abort`. Left to itself, the trap ends
//! everything that is on the instance's stack, and the shim then starts a new instance, whose memory
//! knows nothing of the streams and objects of the old one. Here each poll of a user's future goes
//! through a JavaScript function that catches the trap just above it:
//!
//! - What was running is never touched again. Its future is lost on the abandoned stack, which is a
//!   leak and no more: nothing of it is dropped, and nothing of ours points into it.
//! - The pointer of the wasm stack is put right by the epilogue of [`through_javascript`].
//! - No `RefCell` of ours is borrowed while user code runs, so none stays borrowed.
//! - What the panic said is on the console, where the panic hook has put it, and goes no further.
//!
//! A trap without a panic (the stack or the memory is used up) may have come in the middle of
//! anything, the allocator included. Its call is answered the same way, but then the instance is
//! given up: see [`instance`](crate::platform::instance).

use std::cell::{Cell, RefCell};
use std::task::{Context, Poll, Waker};

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::outcome::CallResult;

#[cfg(target_arch = "wasm32")]
use crate::platform::console::log_error;
#[cfg(target_arch = "wasm32")]
use crate::platform::instance;

/// A user's future, owned so that it can be handed over and lost.
pub(super) type Work = LocalBoxFuture<'static, CallResult>;

/// The user's code panicked or trapped, and its future is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trapped;

/// What is to be done with user code.
enum Job {
    Poll(Work, Waker),
    Drop(Work),
}

/// What has become of it.
enum Done {
    Pending(Work),
    Ready(CallResult),
    Dropped,
}

/// Polls the future, which is taken out of the slot as soon as there is nothing left to poll.
pub(super) fn poll(slot: &mut Option<Work>, waker: &Waker) -> Result<Poll<CallResult>, Trapped> {
    let Some(work) = slot.take() else { return Ok(Poll::Pending) };
    match run(Job::Poll(work, waker.clone())) {
        Some(Done::Ready(outcome)) => Ok(Poll::Ready(outcome)),
        Some(Done::Pending(work)) => {
            *slot = Some(work);
            Ok(Poll::Pending)
        }
        Some(Done::Dropped) | None => Err(Trapped),
    }
}

/// Drops the future: the destructors of what it holds are user code as well.
pub(super) fn discard(slot: &mut Option<Work>) {
    if let Some(work) = slot.take() {
        // Whether one of them panics makes no difference to anybody else.
        let _ = run(Job::Drop(work));
    }
}

impl Job {
    fn perform(self) -> Done {
        match self {
            Self::Poll(mut work, waker) => {
                match work.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(outcome) => Done::Ready(outcome),
                    Poll::Pending => Done::Pending(work),
                }
            }
            Self::Drop(work) => {
                drop(work);
                Done::Dropped
            }
        }
    }
}

/// Tests on the developer's machine have no JavaScript around them, and their panics unwind.
#[cfg(not(target_arch = "wasm32"))]
fn run(job: Job) -> Option<Done> {
    Some(job.perform())
}

thread_local! {
    /// The job on its way in.
    static JOB: RefCell<Option<Job>> = const { RefCell::new(None) };
    /// What became of it, on its way out.
    static DONE: RefCell<Option<Done>> = const { RefCell::new(None) };
    /// Jobs that are running inside of each other.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Panics that were caught. Each of them has leaked what its call held.
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

#[cfg(target_arch = "wasm32")]
fn run(job: Job) -> Option<Done> {
    let (depth, panics) = (DEPTH.get(), PANICS.get());
    JOB.set(Some(job));
    DEPTH.set(depth + 1);
    let caught = javascript::through_javascript();
    DEPTH.set(depth);
    if caught && PANICS.get() == panics {
        log_error!("a call ended in a trap that is not a panic; the instance is given up");
        instance::end();
    } else if caught && javascript::has_leaked_much() {
        log_error!("panics have leaked much memory; the instance is given up");
        instance::end();
    }
    if caught { None } else { DONE.take() }
}

#[cfg(target_arch = "wasm32")]
mod javascript {
    use std::hint::black_box;
    use std::panic;

    use worker::js_sys::WebAssembly;
    use worker::wasm_bindgen::prelude::wasm_bindgen;
    use worker::wasm_bindgen::{self, JsCast as _, JsValue};

    use super::{DEPTH, DONE, JOB, PANICS};
    use crate::platform::console::log_error;

    /// Panics after which the instance is replaced for the memory they have leaked. A call holds a
    /// few KiB.
    const MAX_PANICS: u32 = 1000;

    /// Bytes of memory above which it is replaced after any panic: the arguments that a call has lost
    /// can be megabytes, and a Worker has 128 MiB.
    const MAX_MEMORY: usize = 64 * 1024 * 1024;

    /// Bytes of a page of wasm memory.
    const PAGE: usize = 64 * 1024;

    #[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen, inline_js = "
export function attempt(run) {
  try {
    run();
    return false;
  } catch (error) {
    console.error('toolgate: a call was cut off:', error);
    return true;
  }
}
")]
    extern "C" {
        /// Calls the function; true if it threw.
        fn attempt(run: &JsValue) -> bool;
    }

    thread_local! {
        /// [`perform`] as JavaScript calls it. It is taken from the table of functions, since
        /// wasm-bindgen's own exports and closures mark the instance as terminated when a trap passes
        /// through them.
        static PERFORM: JsValue = {
            watch_panics();
            let table: WebAssembly::Table = wasm_bindgen::function_table().unchecked_into();
            let index = perform as extern "C" fn() as usize;
            #[expect(clippy::cast_possible_truncation, reason = "pointers of wasm32")]
            table.get(index as u32).map_or(JsValue::UNDEFINED, JsValue::from)
        };
    }

    extern "C" fn perform() {
        if let Some(job) = JOB.take() {
            let done = job.perform();
            DONE.set(Some(done));
        }
    }

    /// True if the job threw.
    ///
    /// The trap leaves the pointer of the wasm stack where it was. This function has a frame of its
    /// own, and its epilogue sets the pointer to where the frame began, whatever became of it in
    /// between; until then nothing may be called.
    #[inline(never)]
    pub(super) fn through_javascript() -> bool {
        let mut frame = [0_u8; 16];
        black_box(&mut frame);
        PERFORM.with(attempt)
    }

    /// Tells a user's panic from others. The hook that was there marks the instance as broken, which
    /// is right for a panic that nobody catches.
    fn watch_panics() {
        let other = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if DEPTH.get() == 0 {
                return other(info);
            }
            PANICS.set(PANICS.get() + 1);
            log_error!("{info}");
        }));
    }

    /// True if what panics have leaked is worth a new instance.
    pub(super) fn has_leaked_much() -> bool {
        PANICS.get() >= MAX_PANICS || core::arch::wasm32::memory_size(0) * PAGE > MAX_MEMORY
    }
}
