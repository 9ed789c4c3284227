//! Messages of queues.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::log;

/// The longest time before another attempt: Cloudflare's.
const LONGEST_DELAY: Duration = Duration::from_secs(12 * 60 * 60);

/// A message of a queue, as a function takes it: its body, and how it came.
///
/// A function that takes it decides about the message by what it returns: with `Ok` it is done, with `Err` it
/// comes again. [`ack`](Self::ack) and [`retry`](Self::retry) decide earlier, and then that counts.
///
/// ```
/// use toolgate::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Job {
///     page: String,
/// }
///
/// async fn render(page: &str) -> Result<()> { Ok(()) }
///
/// async fn work(job: Queued<Job>) -> Result<()> {
///     if job.attempts() > 3 {
///         job.retry_after(std::time::Duration::from_secs(600));
///         return Ok(());
///     }
///     render(&job.body.page).await
/// }
/// # fn main() {}
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Queued<T> {
    /// The body.
    pub body: T,
    raw: RawMessage,
}

/// The fate of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Acknowledged,
    /// It comes again, at this time from now at the earliest; as the queue's section says when absent.
    Retried(Option<Duration>),
}

/// A message before its body is read. Handles that are cloned are of the same message.
#[derive(Clone)]
pub struct RawMessage(Rc<Inner>);

struct Inner {
    id: String,
    attempts: u32,
    sent_at: u64,
    /// As JSON, or why it is none.
    body: Result<Value, &'static str>,
    verdict: Cell<Option<Verdict>>,
    tell: Box<dyn Fn(Verdict)>,
}

impl<T> Queued<T> {
    /// The id of the message: the same at each attempt.
    #[must_use]
    pub fn id(&self) -> &str {
        self.raw.id()
    }

    /// The number of this attempt, from 1.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.raw.attempts()
    }

    /// The time at which it was sent, in seconds since 1970.
    #[must_use]
    pub fn sent_at(&self) -> u64 {
        self.raw.0.sent_at
    }

    /// Says that the message is done, whatever becomes of the function.
    pub fn ack(&self) {
        self.raw.decide(Verdict::Acknowledged);
    }

    /// Says that the message is to come again, whatever becomes of the function.
    pub fn retry(&self) {
        self.raw.decide(Verdict::Retried(None));
    }

    /// As [`retry`](Self::retry), and no earlier than after this time, of 12 hours at most.
    pub fn retry_after(&self, delay: Duration) {
        self.raw.decide(Verdict::Retried(Some(delay.min(LONGEST_DELAY))));
    }
}

impl RawMessage {
    /// A message whose verdict is told once.
    pub(crate) fn new(
        id: String,
        attempts: u32,
        sent_at: u64,
        body: Result<Value, &'static str>,
        tell: impl Fn(Verdict) + 'static,
    ) -> Self {
        let (verdict, tell) = (Cell::new(None), Box::new(tell));
        Self(Rc::new(Inner { id, attempts, sent_at, body, verdict, tell }))
    }

    pub(crate) fn id(&self) -> &str {
        &self.0.id
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The verdict so far.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.0.verdict.get()
    }

    /// The first verdict counts.
    pub(super) fn decide(&self, verdict: Verdict) {
        if self.verdict().is_none() {
            self.0.verdict.set(Some(verdict));
            (self.0.tell)(verdict);
        }
    }

    /// Decides by the outcome of a function, where the function has not.
    pub(super) fn settle(&self, is_done: bool) {
        self.decide(if is_done { Verdict::Acknowledged } else { Verdict::Retried(None) });
    }

    /// The message with its body.
    ///
    /// # Errors
    ///
    /// The body is not of this type; the words say nothing of what it is.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Queued<T>, String> {
        let body = self.0.body.clone().map_err(str::to_owned)?;
        match serde_json::from_value(body) {
            Ok(body) => Ok(Queued { body, raw: self.clone() }),
            // serde's own words quote the body.
            Err(_) => Err(format!("the body is not a `{}`", std::any::type_name::<T>())),
        }
    }

    /// The messages of a batch that are of this type; the others are logged and come again.
    pub fn read_all<T: DeserializeOwned>(name: &str, messages: Vec<Self>) -> Vec<Queued<T>> {
        let read = messages.into_iter().filter_map(|message| {
            let read = message.read();
            read.inspect_err(|why| {
                log::unreadable(name, &message, why);
                message.settle(false);
            })
            .ok()
        });
        read.collect()
    }
}

impl<T: fmt::Debug> fmt::Debug for Queued<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Queued");
        shown.field("body", &self.body).field("id", &self.id()).field("attempts", &self.attempts());
        shown.finish_non_exhaustive()
    }
}

impl fmt::Debug for RawMessage {
    // Its body may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawMessage").field("id", &self.id()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;

    fn message(body: Value) -> (RawMessage, Rc<RefCell<Vec<Verdict>>>) {
        let told = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&told);
        let tell = move |verdict| kept.borrow_mut().push(verdict);
        (RawMessage::new("a".to_owned(), 1, 0, Ok(body), tell), told)
    }

    #[test]
    fn the_first_verdict_counts_and_is_told_once() {
        let (raw, told) = message(json!(1));
        let queued: Queued<u8> = raw.read().expect("a number");
        queued.ack();
        queued.retry();
        raw.settle(false);
        assert_eq!(*told.borrow(), [Verdict::Acknowledged]);
    }

    #[test]
    fn no_delay_is_longer_than_cloudflare_takes() {
        let (raw, told) = message(json!(1));
        let queued: Queued<u8> = raw.read().expect("a number");
        queued.retry_after(Duration::from_secs(1_000_000));
        assert_eq!(*told.borrow(), [Verdict::Retried(Some(LONGEST_DELAY))]);
    }

    #[test]
    fn words_about_a_body_that_is_none_quote_nothing_of_it() {
        let (raw, _) = message(json!("a secret"));
        let why = raw.read::<u8>().expect_err("text is no number");
        assert_eq!(why, "the body is not a `u8`");
    }
}
