//! Tasks: the extension `io.modelcontextprotocol/tasks` of 2026-07-28 (SEP-2663).

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::ask::Ask;
use super::fault::Fault;
use super::input_required::input_requests;
use super::json::{object, to_text};
use super::jsonrpc::{self, Request};
use super::meta::SERVER_INFO;
use super::method::Method;
use super::outcome::{Shape, Shaped};
use super::peer::TASKS_EXTENSION;
use super::response;
use super::revision::Revision;
use super::timestamp::rfc3339;
use crate::from_json::FromJson;
use crate::reply::Reply;

/// Bytes of a task id that a client sends. Sealed ones are half as long.
pub const MAX_TASK_ID: usize = 512;

/// Pause before a client asks again for a task, by the task's age, both in milliseconds. A client
/// that has just begun it watches; one that has waited for minutes does something else, and each
/// question costs a request and its lines in the log.
#[must_use]
pub const fn poll_interval(age: u64) -> u64 {
    match age {
        0..10_000 => 1_000,
        10_000..300_000 => 5_000,
        _ => 15_000,
    }
}

/// Status of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// It runs.
    Working,
    /// It waits for answers of the client.
    InputRequired,
    /// It has a result; also that of a tool that reports an error.
    Completed,
    /// It ended in a JSON-RPC error.
    Failed,
    /// It was ended before it had a result.
    Cancelled,
}

impl TaskStatus {
    /// As on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::InputRequired => "input_required",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// True if it is final.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// `Task`: as the result of a call, `CreateTaskResult`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct TaskView {
    /// Names it to the client; nobody can guess it.
    pub task_id: String,
    /// Its status.
    pub status: TaskStatus,
    /// More on that, for people.
    pub status_message: Option<String>,
    /// Time of creation, in milliseconds since 1970.
    pub created_at: u64,
    /// Time of the last change, in milliseconds since 1970.
    pub updated_at: u64,
    /// Milliseconds from its creation for which it is kept; `None`: for ever.
    pub ttl_ms: Option<u64>,
    /// Milliseconds that a client should wait between two questions how it stands.
    pub poll_interval_ms: Option<u64>,
}

impl TaskView {
    fn members(self) -> Vec<(&'static str, Value)> {
        let mut members = vec![
            ("taskId", Value::from(self.task_id)),
            ("status", Value::from(self.status.as_str())),
            ("createdAt", Value::from(rfc3339(self.created_at))),
            ("lastUpdatedAt", Value::from(rfc3339(self.updated_at))),
            ("ttlMs", Value::from(self.ttl_ms)),
        ];
        members.extend(self.status_message.map(|text| ("statusMessage", Value::from(text))));
        members.extend(self.poll_interval_ms.map(|ms| ("pollIntervalMs", Value::from(ms))));
        members
    }
}

impl Shape for TaskView {
    fn shape(self: Box<Self>, _revision: Revision) -> Shaped {
        Shaped { kind: "task", ..Shaped::complete(object(self.members())) }
    }
}

/// Details of a task that depend on its status.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum TaskDetail {
    /// Nothing: it works, or was cancelled.
    None,
    /// Requests to the client; with [`TaskStatus::InputRequired`].
    Asks(Vec<Ask>),
    /// The result of the call as [`Shaped::result`]; with [`TaskStatus::Completed`].
    Result(Value),
    /// The JSON-RPC error object; with [`TaskStatus::Failed`].
    Error(Value),
}

/// `DetailedTask`: a task with what belongs to its status.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct DetailedTask {
    /// The task.
    pub view: TaskView,
    /// Details of its status.
    pub detail: TaskDetail,
}

impl DetailedTask {
    /// As JSON: the result of `tasks/get`, and the `params` of `notifications/tasks`.
    #[must_use]
    pub fn into_value(self) -> Value {
        let mut members = self.view.members();
        match self.detail {
            TaskDetail::None => {}
            TaskDetail::Asks(asks) => members.push(("inputRequests", input_requests(&asks))),
            TaskDetail::Result(result) => members.push(("result", result)),
            TaskDetail::Error(error) => members.push(("error", error)),
        }
        object(members)
    }
}

/// A valid `tasks/get`, `tasks/update` or `tasks/cancel`.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRequest {
    /// Id of the request.
    pub id: Value,
    /// Which task.
    pub task_id: String,
    /// The operation.
    pub operation: TaskOperation,
    /// The revision that is spoken.
    pub revision: Revision,
    /// For the `_meta` of the answer.
    server_info: Value,
}

/// Operation on a task.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum TaskOperation {
    /// Reads its status.
    Get,
    /// `inputResponses`, by the keys of the questions.
    Update(Map<String, Value>),
    /// That it ends.
    Cancel,
}

/// Answer to a [`TaskRequest`].
#[derive(Debug, Clone, PartialEq)]
pub enum TaskAnswer {
    /// The task.
    Task(Box<DetailedTask>),
    /// It was taken: an update or a cancellation.
    Acknowledged,
}

impl TaskRequest {
    /// Reads the request; `server_info` is for the answer.
    ///
    /// # Errors
    /// Params that are not those of the method.
    pub(super) fn read(
        method: Method,
        request: &Request,
        revision: Revision,
        server_info: Value,
    ) -> Result<Self, Fault> {
        let Some(Value::String(task_id)) = request.params.get("taskId") else {
            return Err(Fault::params("`taskId` is not text"));
        };
        if task_id.len() > MAX_TASK_ID {
            return Err(unknown());
        }
        let operation = match method {
            Method::GetTask => TaskOperation::Get,
            Method::CancelTask => TaskOperation::Cancel,
            _ => match request.params.get("inputResponses") {
                Some(Value::Object(responses)) => TaskOperation::Update(responses.clone()),
                _ => return Err(Fault::params("`inputResponses` is not an object")),
            },
        };
        Ok(Self {
            id: request.id.clone(),
            task_id: task_id.clone(),
            operation,
            revision,
            server_info,
        })
    }

    /// The answer. For a task that does not exist, or is another caller's, the outcome is
    /// [`unknown`].
    #[must_use]
    pub fn answer(self, outcome: Result<TaskAnswer, Fault>) -> Reply {
        let mut result = match outcome {
            Ok(TaskAnswer::Task(task)) => task.into_value(),
            Ok(TaskAnswer::Acknowledged) => object(vec![]),
            Err(fault) => return response::fault(fault, &self.id, self.revision),
        };
        result["resultType"] = Value::from("complete");
        result["_meta"] = object(vec![(SERVER_INFO, self.server_info)]);
        response::json(StatusCode::OK, jsonrpc::success(&self.id, &to_text(&result)))
    }
}

/// The fault for a task that does not exist, or is not this caller's: one answer for both.
#[must_use]
pub fn unknown() -> Fault {
    Fault::params("there is no such task")
}

/// The `ClientCapabilities` that a client lacks which did not declare the extension.
#[must_use]
pub fn required() -> Value {
    object(vec![("extensions", object(vec![(TASKS_EXTENSION, object(vec![]))]))])
}

#[cfg(test)]
mod tests {
    use super::poll_interval;

    #[test]
    fn the_older_a_task_the_less_often_is_it_asked_after() {
        for (age, interval) in [
            (0, 1_000),
            (9_999, 1_000),
            (10_000, 5_000),
            (299_999, 5_000),
            (300_000, 15_000),
            (7 * 86_400_000, 15_000),
        ] {
            assert_eq!(poll_interval(age), interval, "{age}");
        }
    }
}
