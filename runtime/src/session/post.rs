//! The answer to one POST: JSON if its calls have nothing to say before they are done, and else a
//! stream.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot::Sender;
use serde_json::Value;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::{Exchange, Revision, notify};
use toolgate_core::reply::Reply;

use super::connection::End;
use super::streams::Streams;
use crate::call::Asked;
use crate::platform::console::log_error;
use crate::sessions_common::Outgoing;

/// The decision how a POST is answered.
pub(super) enum Decision {
    /// The answers.
    Json(Box<Reply>),
    /// A stream.
    Stream(u64),
    /// Nothing: every request was cancelled.
    Nothing,
}

/// Shared by the calls of one POST.
pub(super) struct Post {
    exchange: RefCell<Option<Exchange>>,
    revision: Revision,
    takes_stream: bool,
    way: RefCell<Way>,
    /// Results for which there is no stream yet.
    results: RefCell<Vec<(usize, CallResult)>>,
    /// Ids of the requests without an answer.
    pending: RefCell<Vec<Value>>,
    is_released: Cell<bool>,
}

enum Way {
    /// As long as nothing was sent.
    Undecided(Rc<Streams>, Sender<Decision>),
    /// A stream.
    Stream(Rc<Streams>, u64),
    /// Answered.
    Done,
}

impl Post {
    pub(super) fn new(
        exchange: Exchange,
        pending: Vec<Value>,
        streams: Rc<Streams>,
        sender: Sender<Decision>,
    ) -> Self {
        Self {
            revision: exchange.revision(),
            takes_stream: exchange.takes_stream(),
            exchange: RefCell::new(Some(exchange)),
            way: RefCell::new(Way::Undecided(streams, sender)),
            results: RefCell::default(),
            pending: RefCell::new(pending),
            is_released: Cell::new(false),
        }
    }

    /// True if its stream begins with an event that the client can resume after.
    pub(super) fn primes(&self) -> bool {
        self.revision.has_priming_events()
    }

    /// When the connection of the POST ends.
    pub(super) fn end(&self) -> End {
        let is_done = matches!(&*self.way.borrow(), Way::Done);
        if is_done || self.is_released.get() { End::AfterRest } else { End::Open }
    }

    /// Makes the answer a stream, if it is not yet decided and the client takes one. Whether there
    /// is one.
    pub(super) fn begin_stream(&self) -> bool {
        let way = self.way.replace(Way::Done);
        let (way, is_stream) = match way {
            Way::Undecided(streams, sender) if self.takes_stream => {
                match streams.begin(&self.pending.borrow()) {
                    Ok(stream) => {
                        // The one who waits for it may be gone; the client then resumes.
                        let _ = sender.send(Decision::Stream(stream));
                        (Way::Stream(streams, stream), true)
                    }
                    Err(error) => {
                        log_error!("a stream could not be stored: {error}");
                        (Way::Undecided(streams, sender), false)
                    }
                }
            }
            way => {
                let is_stream = matches!(way, Way::Stream(..));
                self.way.replace(way);
                return is_stream;
            }
        };
        self.way.replace(way);
        if is_stream {
            self.catch_up();
        }
        is_stream
    }

    /// Sends what was ready before there was a stream.
    fn catch_up(&self) {
        let ready = self.exchange.borrow_mut().as_mut().map(Exchange::ready).unwrap_or_default();
        ready.iter().for_each(|text| self.store(text, true));
        for (slot, outcome) in self.results.take() {
            if let Some(answer) = self.shaped(slot, outcome) {
                self.store(&answer, true);
            }
        }
    }

    fn finish(&self) {
        let exchange = self.exchange.take();
        match self.way.replace(Way::Done) {
            Way::Undecided(_, sender) => {
                let results = self.results.take();
                let decision = match exchange {
                    Some(exchange) if !results.is_empty() => {
                        Decision::Json(Box::new(exchange.finish(results)))
                    }
                    _ => Decision::Nothing,
                };
                // Whoever waited may be gone, as with any answer.
                let _ = sender.send(decision);
            }
            Way::Stream(streams, stream) => streams.end(stream),
            Way::Done => {}
        }
    }

    /// The answer as text.
    fn shaped(&self, slot: usize, outcome: CallResult) -> Option<String> {
        let mut exchange = self.exchange.borrow_mut();
        exchange.as_mut().and_then(|exchange| exchange.answer_one(slot, outcome))
    }

    /// Adds a message to the stored stream, where there is one.
    fn store(&self, text: &str, is_needed: bool) {
        if let Way::Stream(streams, stream) = &*self.way.borrow() {
            streams.append(*stream, text, is_needed);
        }
    }
}

impl Outgoing for Post {
    async fn notify(&self, text: &str) {
        if self.begin_stream() {
            self.store(text, false);
        }
    }

    async fn ask(&self, asked: &Asked) -> bool {
        let can = self.begin_stream();
        if can {
            self.store(&(asked.wire.request)(&asked.ask, &asked.id, self.revision), true);
        }
        can
    }

    async fn withdraw(&self, id: &str) {
        self.store(&notify::cancelled(id), false);
    }

    /// Clients of other revisions would not come back (MCP 2025-11-25, Streamable HTTP).
    fn release(&self) {
        if !self.primes() || !self.begin_stream() {
            return;
        }
        // The connection may not be open yet.
        self.is_released.set(true);
        if let Way::Stream(streams, stream) = &*self.way.borrow() {
            streams.close(*stream, End::AfterRest);
        }
    }

    async fn answer(&self, slot: usize, request_id: &Value, outcome: Option<CallResult>) {
        self.pending.borrow_mut().retain(|pending| pending != request_id);
        let is_last = self.pending.borrow().is_empty();
        let was_cancelled = outcome.is_none();
        let is_undecided = matches!(&*self.way.borrow(), Way::Undecided(..));
        if is_undecided {
            self.results.borrow_mut().extend(outcome.map(|outcome| (slot, outcome)));
        } else if let Some(answer) = outcome.and_then(|outcome| self.shaped(slot, outcome)) {
            self.store(&answer, true);
        }
        // JSON would have an answer to each of a batch.
        if was_cancelled && !(is_last && self.results.borrow().is_empty()) {
            self.begin_stream();
        }
        if is_last {
            self.finish();
        } else if let Way::Stream(streams, stream) = &*self.way.borrow() {
            streams.set_pending(*stream, &self.pending.borrow());
        }
    }
}
