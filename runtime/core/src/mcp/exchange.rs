//! Messages whose calls have to run before they are answered, on any transport.

use http::{HeaderMap, StatusCode};

use super::call::Call;
use super::fault::status;
use super::headers;
use super::outcome::CallResult;
use super::pending::Pending;
use super::response::json;
use super::revision::Revision;
use crate::reply::Reply;

/// The messages of a POST, answered as soon as their calls have run.
#[derive(Debug)]
pub struct Exchange {
    pending: Pending,
    takes_stream: bool,
    takes_json: bool,
}

impl Exchange {
    /// `headers` are those of the POST, where there are any that matter.
    pub(super) fn new(pending: Pending, headers: Option<&HeaderMap>) -> Self {
        let takes_stream = headers.is_some_and(headers::takes_stream);
        Self { pending, takes_stream, takes_json: headers.is_none_or(headers::takes_json) }
    }

    /// The revision that is spoken.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.pending.revision
    }

    /// True if the client takes the answers as an event stream.
    #[must_use]
    pub fn takes_stream(&self) -> bool {
        self.takes_stream
    }

    /// The calls to run; each is given out once.
    pub fn calls(&mut self) -> Vec<Call> {
        self.pending.calls()
    }

    /// For a stream: the responses that wait for nothing, which a batch may have beside calls. Each
    /// is given out once.
    pub fn ready(&mut self) -> Vec<String> {
        self.pending.ready()
    }

    /// For a stream: the response to the call with this [`Call::slot`]; `None` if it was given out
    /// before. It is then no part of what [`finish`](Self::finish) gives.
    pub fn answer_one(&mut self, slot: usize, outcome: CallResult) -> Option<String> {
        self.pending.answer_one(slot, outcome)
    }

    /// The HTTP answer as a whole, from the results and the [`Call::slot`] each belongs to. A call
    /// without a result answers with an internal error.
    #[must_use]
    pub fn finish(self, results: Vec<(usize, CallResult)>) -> Reply {
        let revision = self.pending.revision;
        let (text, code) = self.pending.finish_coded(results);
        let answer = json(code.map_or(StatusCode::OK, |code| status(revision, code)), text);
        if self.takes_json { answer } else { headers::as_event(answer) }
    }

    /// [`finish`](Self::finish) without HTTP: the JSON text alone.
    #[must_use]
    pub fn finish_text(self, results: Vec<(usize, CallResult)>) -> String {
        self.pending.finish(results)
    }
}
