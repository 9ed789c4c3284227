//! Messages between the Worker and the object of a task.

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
    /// The person whom it belongs to. Tasks that are stored name it so.
    #[serde(rename = "owner")]
    pub(super) subject_key: String,
    pub(super) caller: Caller,
    /// Name of the tool.
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
    pub(super) request_id: Value,
    /// The questions that the client can be asked.
    pub(super) capabilities: ClientCapabilities,
    /// `traceparent` and `tracestate`.
    pub(super) trace: Option<(String, Option<String>)>,
    /// The answers that an earlier round of the call had, by key.
    pub(super) answers: Map<String, Value>,
    pub(super) memo: Map<String, Value>,
    /// Joins the end of the task to its beginning in the audit trail.
    #[serde(default)]
    pub(super) audit: Option<String>,
}

/// A request for a task.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct ObjectRequest {
    /// The person who sends it. Worker and object may be of two versions during a deployment.
    #[serde(rename = "owner")]
    pub(super) subject_key: String,
    pub(super) operation: TaskOperation,
}

/// The answer to a request for a task.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(super) enum ObjectAnswer {
    /// The task as it stands.
    Task(Box<DetailedTask>),
    /// It was taken.
    Acknowledged,
    /// There is no such task, or not of this person.
    Unknown,
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use toolgate_core::from_json;

    use super::*;

    #[test]
    fn tasks_that_are_stored_are_still_read() {
        let stored = json!({
            "id": "1", "owner": "me", "caller": Caller::default(), "tool": "add", "arguments": {},
            "request_id": 1, "capabilities": ClientCapabilities::default(), "trace": null,
            "answers": {}, "memo": {},
        });
        let task: NewTask = from_json::read(stored.to_string()).expect("a task");
        assert_eq!(task.subject_key, "me");
        let mut written = serde_json::to_value(&task).expect("JSON");
        written.as_object_mut().expect("an object").remove("audit");
        assert_eq!(written, stored);
    }

    #[test]
    fn a_request_for_a_task_names_its_sender_as_workers_of_before_do() {
        let request = ObjectRequest { subject_key: "me".to_owned(), operation: TaskOperation::Get };
        let written = serde_json::to_value(&request).expect("JSON");
        assert_eq!(written, json!({ "owner": "me", "operation": "get" }));
    }
}
