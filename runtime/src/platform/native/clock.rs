//! The time of a test: it stands still, or goes on by itself, and skips what a call would wait for.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

thread_local! {
    /// The clock of the call that runs on this thread.
    static CURRENT: RefCell<Option<Rc<Clock>>> = const { RefCell::new(None) };
}

/// Times are since 1970.
#[derive(Default)]
pub(crate) struct Clock {
    /// Where the clock stands, if it does not go by itself.
    stands_at: Cell<Option<Duration>>,
    /// The time by which it was moved on since.
    ahead: Cell<Duration>,
    timers: RefCell<BTreeMap<(Duration, u64), Waker>>,
    numbered: Cell<u64>,
    /// Work in the background of the calls, until it is over.
    background: RefCell<Vec<LocalBoxFuture<'static, ()>>>,
}

/// Runs this in the background of the call on this thread, also after it.
///
/// # Panics
/// No test's call runs here.
pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) {
    let clock =
        current().expect("outside of a Worker only a `TestServer` goes on after a response");
    clock.background.borrow_mut().push(work.boxed_local());
}

/// The time: of the test whose call runs on this thread, or else of the machine.
pub(crate) fn now() -> Duration {
    current().map_or_else(machine, |clock| clock.now())
}

pub(crate) fn current() -> Option<Rc<Clock>> {
    CURRENT.with_borrow(Clone::clone)
}

fn machine() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl Clock {
    pub(crate) fn stand_at(&self, time: Duration) {
        self.stands_at.set(Some(time));
        self.ahead.set(Duration::ZERO);
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.set(self.ahead.get() + by);
    }

    fn now(&self) -> Duration {
        self.stands_at.get().unwrap_or_else(machine) + self.ahead.get()
    }

    /// A key for [`wait`](Self::wait): this long from now.
    pub(crate) fn after(&self, duration: Duration) -> (Duration, u64) {
        let number = self.numbered.get();
        self.numbered.set(number + 1);
        (self.now().saturating_add(duration), number)
    }

    /// True if the time of the key has come; if not, the waker is woken then.
    pub(crate) fn wait(&self, key: (Duration, u64), waker: &Waker) -> Poll<()> {
        if self.now() >= key.0 {
            return Poll::Ready(());
        }
        self.timers.borrow_mut().insert(key, waker.clone());
        Poll::Pending
    }

    pub(crate) fn forget(&self, key: (Duration, u64)) {
        self.timers.borrow_mut().remove(&key);
    }

    /// Moves on to the first time that somebody waits for. False if nobody waits.
    fn skip(&self) -> bool {
        let Some(((time, _), waker)) = self.timers.borrow_mut().pop_first() else { return false };
        self.advance(time.saturating_sub(self.now()));
        waker.wake();
        true
    }

    /// Ends all work in the background.
    pub(crate) fn stop(&self) {
        drop(self.background.take());
    }

    /// Polls the work in the background. True if there is more to poll at once.
    fn poll_background(&self, context: &mut Context<'_>) -> bool {
        let mut work = self.background.take();
        work.retain_mut(|work| work.poll_unpin(context).is_pending());
        let mut background = self.background.borrow_mut();
        let has_new = !background.is_empty();
        work.append(&mut background);
        *background = work;
        has_new
    }

    /// Runs a future to its end, by this clock. The work in the background goes as far as it comes without
    /// waiting for time, before and after.
    ///
    /// # Panics
    /// It waits for something that is neither time nor on its way.
    pub(crate) fn run<T>(self: &Rc<Self>, future: impl Future<Output = T>) -> T {
        let _entered = Entered(CURRENT.replace(Some(Rc::clone(self))));
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        let is_woken = || woken.0.swap(false, Ordering::Relaxed);
        while self.poll_background(&mut context) || is_woken() {}
        loop {
            if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
                while self.poll_background(&mut context) || is_woken() {}
                return done;
            }
            let has_new = self.poll_background(&mut context);
            let goes_on = has_new || is_woken() || self.skip();
            assert!(goes_on, "the call waits for something that never comes in a test");
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).finish_non_exhaustive()
    }
}

/// Puts back the clock of before, also when a test panics.
struct Entered(Option<Rc<Clock>>);

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::timer::Timer;

    #[test]
    fn waiting_takes_no_time_and_moves_the_clock_on() {
        let clock = Rc::new(Clock::default());
        clock.stand_at(Duration::from_secs(1000));
        let begun = SystemTime::now();
        let told = clock.run(async {
            Timer::from(Duration::from_secs(3600)).await;
            now()
        });
        assert_eq!(told, Duration::from_secs(4600));
        assert!(begun.elapsed().expect("time") < Duration::from_secs(60));
    }

    #[test]
    fn a_timer_that_is_dropped_is_not_waited_for() {
        let clock = Rc::new(Clock::default());
        clock.stand_at(Duration::from_secs(1000));
        clock.run(async {
            let long = Timer::from(Duration::from_secs(3600));
            let short = Timer::from(Duration::from_secs(1));
            futures_util::future::select(long, short).await;
        });
        assert!(!clock.skip());
        assert_eq!(clock.now(), Duration::from_secs(1001));
    }

    #[test]
    #[should_panic(expected = "never comes")]
    fn what_never_comes_is_not_waited_for() {
        Rc::new(Clock::default()).run(std::future::pending::<()>());
    }
}
