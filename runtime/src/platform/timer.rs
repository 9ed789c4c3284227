//! Waiting for the clock.
//!
//! `worker::Delay` takes what `setTimeout` returns for a number. With the compatibility dates of
//! 2026 it is an object: debug builds stop at it, and in release builds a delay that is dropped
//! early is never cleared, and later calls a function that is no more.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(handle: &JsValue);
}

/// The longest wait that JavaScript knows; a longer one would be over at once.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// Ready when its time is over, which is counted from the first poll.
pub(crate) struct Timer {
    duration: Duration,
    running: Option<Running>,
}

struct Running {
    state: Rc<RefCell<State>>,
    handle: JsValue,
    // What JavaScript calls; it must live as long as the timeout.
    _callback: Closure<dyn Fn()>,
}

enum State {
    Waits(Waker),
    Over,
}

impl From<Duration> for Timer {
    fn from(duration: Duration) -> Self {
        Self { duration: duration.min(LONGEST), running: None }
    }
}

impl Timer {
    fn begin(&self, waker: Waker) -> Running {
        let state = Rc::new(RefCell::new(State::Waits(waker)));
        let told = Rc::clone(&state);
        let callback = Closure::own_aborting(move || {
            if let State::Waits(waker) = told.replace(State::Over) {
                waker.wake();
            }
        });
        #[expect(clippy::cast_precision_loss, reason = "at most 2^31")]
        let milliseconds = self.duration.as_millis() as f64;
        let handle = set_timeout(callback.as_js_value(), milliseconds);
        Running { state, handle, _callback: callback }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(running) = &self.running else {
            self.running = Some(self.begin(context.waker().clone()));
            return Poll::Pending;
        };
        let mut state = running.state.borrow_mut();
        match &mut *state {
            State::Over => Poll::Ready(()),
            State::Waits(waker) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(*self.state.borrow(), State::Waits(_)) {
            clear_timeout(&self.handle);
        }
    }
}
