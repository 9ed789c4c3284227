//! The result that asks the client for something (MCP 2026-07-28, multi round-trip requests).

use serde_json::{Map, Value};

use super::ask::Ask;
use super::json::object;
use super::outcome::{Shape, Shaped};
use super::revision::Revision;

/// `InputRequiredResult`.
#[derive(Debug, Clone, PartialEq)]
pub struct InputRequired {
    /// The requests to the client. The keys are unique.
    pub asks: Vec<Ask>,
    /// State that the client gives back unread; see
    /// [`RequestState`](super::request_state::RequestState).
    pub state: String,
}

impl Shape for InputRequired {
    fn shape(self: Box<Self>, _revision: Revision) -> Shaped {
        let mut members = Vec::with_capacity(2);
        if !self.asks.is_empty() {
            members.push(("inputRequests", input_requests(&self.asks)));
        }
        members.push(("requestState", Value::from(self.state)));
        Shaped { kind: "input_required", ..Shaped::complete(object(members)) }
    }
}

/// `InputRequests`, by the keys of the questions.
#[must_use]
pub fn input_requests(asks: &[Ask]) -> Value {
    let mut requests = Map::new();
    for ask in asks {
        requests.insert(ask.key.clone(), ask.input_request());
    }
    Value::Object(requests)
}
