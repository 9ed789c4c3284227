//! A client's answer to a question, checked before it is used.

use serde_json::{Map, Value};

use super::ask::{Ask, InputRequest};
use super::filled_in;
use super::json::object;

/// The longest message of a client's error that is kept: for a log, never for a decision.
const MAX_MESSAGE_CHARS: usize = 200;

/// Roots that a client may name. Each is a directory that a person opened.
pub const MAX_ROOTS: usize = 1000;

/// Outcome of a question: an elicitation, or one for a sample or for roots, which have no other
/// outcomes.
#[derive(Debug, Clone, PartialEq)]
pub enum ElicitationReply {
    /// The answer: the content of a form, `null` for a page that the person agreed to open, a
    /// `CreateMessageResult`, or a list of `Root`s.
    Accepted(Value),
    /// The person said no.
    Declined,
    /// The person closed the question without an answer.
    Cancelled,
    /// The client answered with a JSON-RPC error.
    Failed {
        /// Its code.
        code: i64,
        /// Its message, which may be anything.
        message: String,
    },
}

impl ElicitationReply {
    /// A JSON-RPC error object of the client.
    #[must_use]
    pub fn failed(error: &Value) -> Self {
        let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
        Self::Failed {
            code: error.get("code").and_then(Value::as_i64).unwrap_or_default(),
            message: message.chars().take(MAX_MESSAGE_CHARS).collect(),
        }
    }
}

impl Ask {
    /// Reads the client's result. `None` for one that is not an answer to this question: it is to be
    /// asked again.
    #[must_use]
    pub fn read(&self, answer: &Value) -> Option<ElicitationReply> {
        let answer = answer.as_object()?;
        match &self.question {
            InputRequest::Form { schema, .. } => elicited(answer, |content| {
                let nothing = Map::new();
                let content = match content {
                    None | Some(Value::Null) => &nothing,
                    Some(content) => content.as_object()?,
                };
                filled_in::read(schema, content).map(Value::Object)
            }),
            InputRequest::Url { .. } => elicited(answer, |_| Some(Value::Null)),
            InputRequest::Sampling(_) => is_message(answer)
                .then(|| ElicitationReply::Accepted(Value::Object(answer.clone()))),
            InputRequest::Roots => roots(answer).map(ElicitationReply::Accepted),
        }
    }

    /// Reads what the client sent in answer to [`Ask::request`]: its result or its error.
    #[must_use]
    pub fn read_response(&self, response: &Result<Value, Value>) -> Option<ElicitationReply> {
        match response {
            Ok(answer) => self.read(answer),
            Err(error) => Some(ElicitationReply::failed(error)),
        }
    }
}

/// `ElicitResult`.
fn elicited(
    answer: &Map<String, Value>,
    accept: impl FnOnce(Option<&Value>) -> Option<Value>,
) -> Option<ElicitationReply> {
    match answer.get("action")?.as_str()? {
        "accept" => accept(answer.get("content")).map(ElicitationReply::Accepted),
        "decline" => Some(ElicitationReply::Declined),
        "cancel" => Some(ElicitationReply::Cancelled),
        _ => None,
    }
}

/// `CreateMessageResult`.
fn is_message(answer: &Map<String, Value>) -> bool {
    let is_text = |key: &str| answer.get(key).is_some_and(Value::is_string);
    let is_block = |block: &Value| block.get("type").is_some_and(Value::is_string);
    let has_content = match answer.get("content") {
        // Several blocks since 2025-11-25.
        Some(Value::Array(blocks)) => blocks.iter().all(is_block),
        Some(block) => is_block(block),
        None => false,
    };
    let role = answer.get("role").and_then(Value::as_str);
    has_content && is_text("model") && matches!(role, Some("assistant" | "user"))
}

/// The roots of a `ListRootsResult`: their URIs and names, nothing else.
fn roots(answer: &Map<String, Value>) -> Option<Value> {
    let roots = answer.get("roots")?.as_array().filter(|roots| roots.len() <= MAX_ROOTS)?;
    let mut list = Vec::with_capacity(roots.len());
    for root in roots {
        let mut members = vec![("uri", Value::from(root.get("uri")?.as_str()?))];
        if let Some(name) = root.get("name").and_then(Value::as_str) {
            members.push(("name", Value::from(name)));
        }
        list.push(object(members));
    }
    Some(Value::Array(list))
}
