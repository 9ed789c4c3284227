//! Tool calls that the adapter has to run before the answer is whole.

use serde_json::{Map, Value};

use super::describe::{self, SERVER_INFO};
use super::json::object;
use super::jsonrpc::{self, Fault, INTERNAL_ERROR, INVALID_REQUEST, Invalid, Message};
use super::methods::{self, Answer, Scope};
use super::outcome::Outcome;
use super::peer::Peer;
use super::revision::Revision;

/// A call that was allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which answer this is for: to be given back with the result.
    pub slot: usize,
    /// What is called.
    pub target: Target,
    /// What the client sent; not yet checked against the target's schema. For a resource, the
    /// variables of its template; for a completion, the arguments that are known already.
    pub arguments: Map<String, Value>,
    /// JSON-RPC id, for logs and cancellation.
    pub request_id: Value,
    /// The client, as far as this call may use it.
    pub peer: Peer,
    /// What a client that was asked something sends along (2026-07-28).
    pub retry: Retry,
}

/// What a [`Call`] runs. Numbers are indices into the lists of [`Server`](super::Server).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `tools/call`.
    Tool(usize),
    /// `prompts/get`.
    Prompt(usize),
    /// `resources/read`.
    Resource {
        /// The resource or template.
        resource: usize,
        /// What is read.
        uri: String,
    },
    /// `completion/complete` for an argument of a prompt.
    PromptCompletion {
        /// The prompt.
        prompt: usize,
        /// Index into its arguments.
        argument: usize,
        /// What was typed so far.
        value: String,
    },
    /// `completion/complete` for a variable of a template.
    ResourceCompletion {
        /// The template.
        resource: usize,
        /// Index into its variables.
        variable: usize,
        /// What was typed so far.
        value: String,
    },
}

/// `inputResponses` and `requestState` of a request that was sent again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retry {
    /// The answers, by the keys of the questions.
    pub responses: Map<String, Value>,
    /// What the server gave the client to keep.
    pub state: Option<String>,
}

/// The answers to one POST, some of which still wait for a tool.
#[derive(Debug)]
pub(super) struct Pending {
    revision: Revision,
    /// The answers go out as an array.
    batch: bool,
    /// For the `_meta` of results; only where the revision has it.
    server_info: Option<Value>,
    slots: Vec<Slot>,
}

#[derive(Debug)]
enum Slot {
    /// The whole response.
    Ready(String),
    Waiting(Box<Waiting>),
}

#[derive(Debug)]
struct Waiting {
    id: Value,
    call: Option<Call>,
    result: Option<Outcome>,
}

/// What the messages of a POST come to.
pub(super) enum Answers {
    /// Notifications and responses only.
    None,
    /// JSON text.
    Ready(String),
    Waiting(Pending),
}

impl Pending {
    fn new(scope: &Scope<'_>, batch: bool) -> Self {
        let revision = scope.revision;
        let server_info =
            revision.is_modern().then(|| describe::server_info(scope.server, revision));
        Self { revision, batch, server_info, slots: Vec::new() }
    }

    /// Waits for one call.
    pub(super) fn single(scope: &Scope<'_>, call: Call) -> Self {
        let mut pending = Self::new(scope, false);
        pending.wait(call);
        pending
    }

    /// The calls to run; each is given out once.
    pub(super) fn calls(&mut self) -> Vec<Call> {
        let slots = self.slots.iter_mut();
        slots
            .filter_map(|slot| match slot {
                Slot::Waiting(waiting) => waiting.call.take(),
                Slot::Ready(_) => None,
            })
            .collect()
    }

    /// The JSON text of the answers. A call without a result answers with an internal error.
    pub(super) fn finish(mut self, results: Vec<(usize, Outcome)>) -> String {
        for (index, value) in results {
            if let Some(Slot::Waiting(waiting)) = self.slots.get_mut(index) {
                waiting.result = Some(value);
            }
        }
        let Self { revision, batch, server_info, slots } = self;
        let mut answers = slots.into_iter().map(|slot| match slot {
            Slot::Ready(text) => text,
            Slot::Waiting(waiting) => waiting.answer(revision, server_info.as_ref()),
        });
        if batch { array(&mut answers) } else { answers.next().unwrap_or_default() }
    }

    fn wait(&mut self, call: Call) {
        let id = call.request_id.clone();
        self.slots.push(Slot::Waiting(Box::new(Waiting { id, call: Some(call), result: None })));
    }
}

impl Waiting {
    fn answer(self, revision: Revision, server_info: Option<&Value>) -> String {
        let shaped = match self.result {
            Some(Ok(result)) => result.shape(revision),
            Some(Err(fault)) => return fault.response(Some(&self.id)),
            None => {
                let fault = Fault::new(INTERNAL_ERROR, "The call gave no result");
                return fault.response(Some(&self.id));
            }
        };
        let mut result = shaped.result;
        if let Some(info) = server_info {
            result["resultType"] = Value::from(shaped.kind);
            result["_meta"] = object(vec![(SERVER_INFO, info.clone())]);
            if let Some(public) = shaped.cacheable {
                result["ttlMs"] = Value::from(methods::LIST_TTL_MS);
                result["cacheScope"] = Value::from(if public { "public" } else { "private" });
            }
        }
        jsonrpc::success(&self.id, &result.to_string())
    }
}

/// Answers a batch: each message by itself, in the order they came.
pub(super) fn batch(scope: &Scope<'_>, messages: Vec<Result<Message, Box<Invalid>>>) -> Answers {
    let mut pending = Pending::new(scope, true);
    for message in messages {
        let slot = pending.slots.len();
        match message {
            Ok(Message::Notification | Message::Response) => {}
            Ok(Message::Request(request)) => {
                let id = request.id.clone();
                let answer = if request.method == "initialize" {
                    Err(Fault::new(INVALID_REQUEST, "`initialize` cannot be part of a batch"))
                } else {
                    methods::answer(scope, request, slot)
                };
                match answer {
                    Ok(Answer::Call(call)) => pending.wait(*call),
                    Ok(Answer::Ready(text)) => pending.slots.push(Slot::Ready(text)),
                    Err(fault) => pending.slots.push(Slot::Ready(fault.response(Some(&id)))),
                }
            }
            Err(invalid) => {
                let Invalid { id, fault } = *invalid;
                pending.slots.push(Slot::Ready(fault.response(id.as_ref())));
            }
        }
    }
    if pending.slots.is_empty() {
        Answers::None
    } else if pending.slots.iter().any(|slot| matches!(slot, Slot::Waiting { .. })) {
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
