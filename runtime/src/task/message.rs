//! What the Worker and the object of a task tell each other.

use serde::Serialize;
use serde_json::{Map, Value};
use toolgate_core::from_json::FromJson;
use toolgate_core::mcp::peer::ClientCapabilities;
use toolgate_core::mcp::task::{DetailedTask, TaskOperation};
use toolgate_policy::Caller;

/// Path inside the object: makes the task.
pub(super) const CREATE: &str = "/task/create";
/// Path inside the object: asks and tells it something.
pub(super) const ASK: &str = "/task/ask";

/// A task to be made. The object keeps it until the task is over, since it runs the tool again after
/// a restart.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct NewTask {
    /// The id that the client knows.
    pub(super) id: String,
    /// Shard of the person it belongs to.
    pub(super) owner: String,
    pub(super) caller: Caller,
    /// Name of the tool.
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
    pub(super) request_id: Value,
    /// What the client can be asked.
    pub(super) capabilities: ClientCapabilities,
    /// `traceparent` and `tracestate`.
    pub(super) trace: Option<(String, Option<String>)>,
    /// What an earlier round of the call knew, by key.
    pub(super) answers: Map<String, Value>,
    pub(super) memo: Map<String, Value>,
    /// Joins the end of the task to its beginning in the audit trail.
    #[serde(default)]
    pub(super) audit: Option<String>,
}

/// A request for a task.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct Question {
    /// Shard of the person who sends it.
    pub(super) owner: String,
    pub(super) operation: TaskOperation,
}

/// What became of it.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// How it stands.
    Task(Box<DetailedTask>),
    /// It was taken.
    Acknowledged,
    /// There is no such task, or not of this person.
    Unknown,
}
