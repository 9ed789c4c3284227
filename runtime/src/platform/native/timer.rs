//! Waiting for the clock of a test.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::platform::native::clock;
use crate::platform::native::clock::Clock;

/// Ready when its time is over, which is counted from the first poll.
pub(crate) struct Timer {
    duration: Duration,
    running: Option<Running>,
}

struct Running {
    clock: Rc<Clock>,
    key: (Duration, u64),
}

impl From<Duration> for Timer {
    fn from(duration: Duration) -> Self {
        Self { duration, running: None }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let duration = self.duration;
        let running = self.running.get_or_insert_with(|| {
            let clock = clock::current().expect("outside of a Worker only a `TestServer` waits");
            Running { key: clock.after(duration), clock }
        });
        running.clock.wait(running.key, context.waker())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.clock.forget(self.key);
    }
}
