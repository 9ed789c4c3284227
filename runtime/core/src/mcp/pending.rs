//! The answers to the messages of one POST.

use serde_json::{Map, Value};
use toolgate_policy::EVERYONE;

use super::call::{Call, Retry, Target};
use super::describe;
use super::fault::method_not_found;
use super::jsonrpc::{self, Fault, INTERNAL_ERROR, INVALID_REQUEST, Invalid, Message, Request};
use super::meta::SERVER_INFO;
use super::method::Method;
use super::methods;
use super::modern::READ_TTL_MS;
use super::outcome::{CallResult, Shaped};
use super::revision::Revision;
use super::server::Server;
use super::server::{MethodAnswer, Scope};
use crate::audit::{CallOutcome, Settled, Settling};
use crate::mcp::json::to_text;

/// The answers to one POST, some of which still wait for something that runs.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) revision: Revision,
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
    /// True if everybody may call it.
    public: bool,
    settling: Settling,
}

/// The answer to the messages of a POST.
pub(super) enum Answers {
    /// Notifications and responses only.
    None,
    /// JSON text.
    Ready(String),
    Waiting(Pending),
}

impl Pending {
    pub(super) fn new(scope: &Scope<'_>, batch: bool) -> Self {
        let revision = scope.revision;
        let server_info =
            revision.has_result_type().then(|| describe::server_info(scope.server, revision));
        Self { revision, batch, server_info, slots: Vec::new() }
    }

    /// Waits for one call.
    pub(super) fn single(scope: &Scope<'_>, call: Call) -> Self {
        let mut pending = Self::new(scope, false);
        // What is answered to answers is nobody else's.
        let public =
            policy(scope.server, &call.target) == EVERYONE && call.retry == Retry::default();
        pending.wait_for(call, public);
        pending
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

    /// True if there are calls to wait for.
    pub(super) fn is_waiting(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot, Slot::Waiting(_)))
    }

    /// The calls to run; each is given out once.
    pub(super) fn calls(&mut self) -> Vec<Call> {
        let slots = self.slots.iter_mut();
        slots
            .filter_map(|slot| match slot {
                Slot::Waiting(waiting) => waiting.call.take(),
                Slot::Ready(_) | Slot::Sent => None,
            })
            .collect()
    }

    /// The answers that wait for nothing; each is given out once, and is then no part of the others.
    pub(super) fn ready(&mut self) -> Vec<String> {
        let slots = self.slots.iter_mut().filter(|slot| matches!(slot, Slot::Ready(_)));
        slots
            .filter_map(|slot| match std::mem::replace(slot, Slot::Sent) {
                Slot::Ready(ready) => Some(ready.text),
                Slot::Waiting(_) | Slot::Sent => None,
            })
            .collect()
    }

    /// The answer of a call, which is then no part of the others; `None` if it has gone out.
    pub(super) fn answer_one(&mut self, slot: usize, outcome: CallResult) -> Option<String> {
        self.settle(slot, Some(outcome));
        let slot = self.slots.get_mut(slot)?;
        match std::mem::replace(slot, Slot::Sent) {
            Slot::Ready(ready) => Some(ready.text),
            Slot::Waiting(_) | Slot::Sent => None,
        }
    }

    /// The JSON text of the answers. A call without a result answers with an internal error.
    pub(super) fn finish(self, results: Vec<(usize, CallResult)>) -> String {
        self.finish_coded(results).0
    }

    /// The same, and the code of the error if the answer is one error.
    pub(super) fn finish_coded(
        mut self,
        results: Vec<(usize, CallResult)>,
    ) -> (String, Option<i32>) {
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
                    let is_failure = result.failure().is_some();
                    let shaped = result.shape(self.revision);
                    let outcome = match shaped.kind {
                        _ if is_failure => CallOutcome::ToolError,
                        "input_required" => CallOutcome::InputRequired,
                        "task" => CallOutcome::Task,
                        _ => CallOutcome::Ok,
                    };
                    let result = waiting.result(shaped, self.server_info.as_ref());
                    let text = jsonrpc::success(&waiting.id, &result);
                    (Ready { text, code: None }, outcome)
                }
                Some(Err(fault)) => (failed(fault, &waiting.id), CallOutcome::Error),
                None => {
                    let fault = Fault::new(INTERNAL_ERROR, "The call gave no result");
                    (failed(fault, &waiting.id), CallOutcome::Error)
                }
            };
            waiting.settling.settle(Settled { outcome, bytes: ready.text.len() });
            *slot = Slot::Ready(ready);
        }
    }

    fn answer(&mut self, scope: &Scope<'_>, request: Request) {
        let id = request.id.clone();
        let answer = match Method::parse(&request.method) {
            Some(Method::Initialize) => {
                Err(Fault::new(INVALID_REQUEST, "`initialize` cannot be part of a batch"))
            }
            method => scope
                .served(method)
                .and_then(|method| methods::answer(scope, method, request, self.next_slot())),
        };
        match answer {
            Ok(MethodAnswer::Call(call)) => self.wait(*call),
            Ok(MethodAnswer::Ready(text)) => self.push(text),
            // Both are of a revision without batches.
            Ok(MethodAnswer::Listen(_) | MethodAnswer::Task(_)) => {
                self.push(method_not_found().response(Some(&id)));
            }
            Err(fault) => self.push(fault.response(Some(&id))),
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

/// Answers a batch: each message by itself, in the order they came.
pub(super) fn batch(scope: &Scope<'_>, messages: Vec<Result<Message, Box<Invalid>>>) -> Answers {
    let mut pending = Pending::new(scope, true);
    for message in messages {
        match message {
            Ok(Message::Notification { .. } | Message::Response { .. }) => {}
            Ok(Message::Request(request)) => pending.answer(scope, request),
            Err(invalid) => {
                let Invalid { id, fault } = *invalid;
                pending.push(fault.response(id.as_ref()));
            }
        }
    }
    if pending.slots.is_empty() {
        Answers::None
    } else if pending.is_waiting() {
        Answers::Waiting(pending)
    } else {
        Answers::Ready(pending.finish(Vec::new()))
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
