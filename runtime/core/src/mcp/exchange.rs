//! Messages whose calls have to run before they are answered, on any transport.

use http::StatusCode;
use serde_json::{Map, Value};
use toolgate_policy::EVERYONE;

use super::call::{Call, Retry, Target};
use super::describe;
use super::fault::status;
use super::headers;
use super::json::to_text;
use super::jsonrpc::{self, Fault, INTERNAL_ERROR};
use super::meta::SERVER_INFO;
use super::modern::READ_TTL_MS;
use super::outcome::{CallResult, Shaped};
use super::response::json;
use super::revision::Revision;
use super::server::{Scope, Server};
use crate::audit::{CallOutcome, Settled, Settling};
use crate::reply::Reply;

/// The messages of a POST, answered as soon as their calls have run.
#[derive(Debug)]
pub struct Exchange {
    revision: Revision,
    takes_stream: bool,
    takes_json: bool,
    /// The answers go out as an array.
    batch: bool,
    /// For the `_meta` of results; only where the revision has it.
    server_info: Option<Value>,
    slots: Vec<Slot>,
}

#[derive(Debug)]
enum Slot {
    Ready(Ready),
    Waiting(Box<Waiting>),
    /// It went out by itself.
    Sent,
}

/// A whole response.
#[derive(Debug)]
struct Ready {
    text: String,
    /// Code of the error that it is.
    code: Option<i32>,
}

#[derive(Debug)]
struct Waiting {
    id: Value,
    call: Option<Call>,
    /// Everybody may call it.
    public: bool,
    settling: Settling,
}

impl Exchange {
    /// The messages of a POST whose headers are those of the scope, where there are any that matter.
    pub(super) fn new(scope: &Scope<'_>, batch: bool) -> Self {
        let Scope { revision, headers, .. } = *scope;
        let server_info =
            revision.has_result_type().then(|| describe::server_info(scope.server, revision));
        Self {
            revision,
            takes_stream: headers.is_some_and(headers::takes_stream),
            takes_json: headers.is_none_or(headers::takes_json),
            batch,
            server_info,
            slots: Vec::new(),
        }
    }

    /// One call.
    pub(super) fn single(scope: &Scope<'_>, call: Call) -> Self {
        let mut exchange = Self::new(scope, false);
        // What is answered to answers is nobody else's.
        let public =
            policy(scope.server, &call.target) == EVERYONE && call.retry == Retry::default();
        exchange.wait_for(call, public);
        exchange
    }

    /// Waits for another call of a batch.
    pub(super) fn wait(&mut self, call: Call) {
        // No revision with batches has `cacheScope`.
        self.wait_for(call, false);
    }

    fn wait_for(&mut self, call: Call, public: bool) {
        let (id, settling) = (call.request_id.clone(), call.audit.settling.clone());
        let waiting = Waiting { id, call: Some(call), public, settling };
        self.slots.push(Slot::Waiting(Box::new(waiting)));
    }

    /// Adds a whole response to a batch.
    pub(super) fn push(&mut self, text: String) {
        self.slots.push(Slot::Ready(Ready { text, code: None }));
    }

    /// The slot of what is added next.
    pub(super) fn next_slot(&self) -> usize {
        self.slots.len()
    }

    /// True where there are calls to wait for.
    pub(super) fn is_waiting(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot, Slot::Waiting(_)))
    }

    /// The revision that is spoken.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// True if the client takes the answers as an event stream.
    #[must_use]
    pub fn takes_stream(&self) -> bool {
        self.takes_stream
    }

    /// The calls to run; each is given out once.
    pub fn calls(&mut self) -> Vec<Call> {
        let slots = self.slots.iter_mut();
        slots
            .filter_map(|slot| match slot {
                Slot::Waiting(waiting) => waiting.call.take(),
                Slot::Ready(_) | Slot::Sent => None,
            })
            .collect()
    }

    /// For a stream: the responses that wait for nothing, which a batch may have beside calls. Each
    /// is given out once, and is then no part of the others.
    pub fn ready(&mut self) -> Vec<String> {
        let slots = self.slots.iter_mut().filter(|slot| matches!(slot, Slot::Ready(_)));
        slots
            .filter_map(|slot| match std::mem::replace(slot, Slot::Sent) {
                Slot::Ready(ready) => Some(ready.text),
                Slot::Waiting(_) | Slot::Sent => None,
            })
            .collect()
    }

    /// For a stream: the response to the call with this [`Call::slot`]; `None` if it was given out
    /// before. It is then no part of what [`finish`](Self::finish) gives.
    pub fn answer_one(&mut self, slot: usize, outcome: CallResult) -> Option<String> {
        self.settle(slot, Some(outcome));
        let slot = self.slots.get_mut(slot)?;
        match std::mem::replace(slot, Slot::Sent) {
            Slot::Ready(ready) => Some(ready.text),
            Slot::Waiting(_) | Slot::Sent => None,
        }
    }

    /// The HTTP answer as a whole, from the results and the [`Call::slot`] each belongs to. A call
    /// without a result answers with an internal error.
    #[must_use]
    pub fn finish(self, results: Vec<(usize, CallResult)>) -> Reply {
        let (revision, takes_json) = (self.revision, self.takes_json);
        let (text, code) = self.finish_coded(results);
        let answer = json(code.map_or(StatusCode::OK, |code| status(revision, code)), text);
        if takes_json { answer } else { headers::as_event(answer) }
    }

    /// [`finish`](Self::finish) without HTTP: the JSON text alone.
    #[must_use]
    pub fn finish_text(self, results: Vec<(usize, CallResult)>) -> String {
        self.finish_coded(results).0
    }

    /// The JSON text of the answers, and the code of the error if the answer is one error.
    fn finish_coded(mut self, results: Vec<(usize, CallResult)>) -> (String, Option<i32>) {
        for (slot, outcome) in results {
            self.settle(slot, Some(outcome));
        }
        for slot in 0..self.slots.len() {
            self.settle(slot, None);
        }
        let mut answers = self.slots.into_iter().filter_map(|slot| match slot {
            Slot::Ready(ready) => Some(ready),
            Slot::Waiting(_) | Slot::Sent => None,
        });
        if self.batch {
            return (array(&mut answers.map(|ready| ready.text)), None);
        }
        answers.next().map_or_else(Default::default, |ready| (ready.text, ready.code))
    }

    /// Makes a response of an outcome.
    fn settle(&mut self, slot: usize, outcome: Option<CallResult>) {
        if let Some(slot) = self.slots.get_mut(slot)
            && let Slot::Waiting(waiting) = slot
        {
            let (ready, outcome) = match outcome {
                Some(Ok(result)) => {
                    let ended = result.outcome();
                    let shaped = result.shape(self.revision);
                    let outcome = match shaped.kind {
                        "input_required" => CallOutcome::InputRequired,
                        "task" => CallOutcome::Task,
                        _ => ended,
                    };
                    let result = waiting.result(shaped, self.server_info.as_ref());
                    let text = jsonrpc::success(&waiting.id, &result);
                    (Ready { text, code: None }, outcome)
                }
                Some(Err(fault)) => {
                    let outcome = fault.outcome();
                    (failed(fault, &waiting.id), outcome)
                }
                None => {
                    let fault = Fault::new(INTERNAL_ERROR, "The call gave no result");
                    (failed(fault, &waiting.id), CallOutcome::Error)
                }
            };
            waiting.settling.settle(Settled { outcome, bytes: ready.text.len() });
            *slot = Slot::Ready(ready);
        }
    }
}

fn failed(fault: Fault, id: &Value) -> Ready {
    let code = Some(fault.code);
    Ready { text: fault.response(Some(id)), code }
}

/// The policy that guards what is called.
fn policy<'a>(server: &Server<'a>, target: &Target) -> &'a str {
    let resource = |index: usize| server.resources.get(index).map(|resource| resource.policy);
    let policy = match target {
        Target::Tool(index) => server.tools.get(*index).map(|tool| tool.policy),
        Target::Prompt(index) | Target::PromptCompletion { prompt: index, .. } => {
            server.prompts.get(*index).map(|prompt| prompt.policy)
        }
        Target::Resource { resource: index, .. }
        | Target::ResourceCompletion { resource: index, .. } => resource(*index),
    };
    policy.unwrap_or_default()
}

impl Waiting {
    /// The result as JSON text, with what every result of the revision has.
    fn result(&self, shaped: Shaped, server_info: Option<&Value>) -> String {
        let mut result = shaped.result;
        if let Some(info) = server_info {
            result["resultType"] = Value::from(shaped.kind);
            let meta = &mut result["_meta"];
            if !meta.is_object() {
                *meta = Value::Object(Map::new());
            }
            meta[SERVER_INFO] = info.clone();
            if let Some(public) = shaped.cacheable {
                result["ttlMs"] = Value::from(READ_TTL_MS);
                let scope = if public && self.public { "public" } else { "private" };
                result["cacheScope"] = Value::from(scope);
            }
        }
        to_text(&result)
    }
}

fn array(answers: &mut dyn Iterator<Item = String>) -> String {
    let mut out = String::from("[");
    for answer in answers {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&answer);
    }
    out.push(']');
    out
}
