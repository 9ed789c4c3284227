//! Notifications of the server, as JSON text.

use serde::Serialize;
use serde_json::Value;

use super::json::{member, object, quote};
use super::peer::{Level, Peer};
use crate::from_json::FromJson;
use crate::mcp::json::to_text;

/// Tells how far a request is.
pub const PROGRESS: &str = "notifications/progress";
/// A log message of a request.
pub const MESSAGE: &str = "notifications/message";
/// Whoever sends it no longer waits for the answer to its request.
pub const CANCELLED: &str = "notifications/cancelled";

/// Tells that a person has finished an elicitation.
pub const ELICITATION_COMPLETE: &str = "notifications/elicitation/complete";

/// Something changed that others want to know of.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The list of tools.
    Tools,
    /// The list of prompts.
    Prompts,
    /// The list of resources.
    Resources,
    /// The contents of a resource: its URI.
    Resource(String),
    /// The state of a task.
    Task {
        /// The person whose task it is: nobody else hears of it. Worker and object may be of two versions
        /// during a deployment, so it keeps its name.
        #[serde(rename = "owner")]
        subject_key: String,
        /// Name of the tool, whose policy guards the task.
        tool: String,
        /// As [`DetailedTask::into_value`](super::task::DetailedTask::into_value) gives it, with its
        /// `taskId`.
        task: Value,
    },
}

impl Change {
    /// The notification's name.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Tools => "notifications/tools/list_changed",
            Self::Prompts => "notifications/prompts/list_changed",
            Self::Resources => "notifications/resources/list_changed",
            Self::Resource(_) => "notifications/resources/updated",
            Self::Task { .. } => "notifications/tasks",
        }
    }

    /// The id of the task, where it is about one.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        match self {
            Self::Task { task, .. } => task.get("taskId").and_then(Value::as_str),
            _ => None,
        }
    }

    /// Its `params`, without `_meta`.
    pub(super) fn params(&self) -> Value {
        match self {
            Self::Tools | Self::Prompts | Self::Resources => object(vec![]),
            Self::Resource(uri) => object(vec![("uri", Value::from(uri.as_str()))]),
            Self::Task { task, .. } => task.clone(),
        }
    }
}

/// `notifications/progress` for the request that the peer made. `None` where the client did not ask
/// to hear of it, or a number is not finite.
#[must_use]
pub fn progress(
    peer: &Peer,
    progress: f64,
    total: Option<f64>,
    message: Option<&str>,
) -> Option<String> {
    let token = peer.progress_token.clone()?;
    let mut params = vec![("progressToken", token), ("progress", number(progress)?)];
    if let Some(total) = total {
        params.push(("total", number(total)?));
    }
    if let Some(message) = message
        && peer.revision.has_progress_messages()
    {
        params.push(("message", Value::from(message)));
    }
    Some(notification(PROGRESS, Some(&object(params))))
}

/// `notifications/message`. `None` where the client wants no messages of this level.
#[must_use]
pub fn log(peer: &Peer, level: Level, logger: Option<&str>, data: Value) -> Option<String> {
    let is_wanted = peer.log_level.is_some_and(|least| level >= least);
    is_wanted.then(|| message(level, logger, data))
}

/// `notifications/message`, whatever the client wants to hear.
#[must_use]
pub fn message(level: Level, logger: Option<&str>, data: Value) -> String {
    let mut params = vec![("level", Value::from(level.as_str())), ("data", data)];
    if let Some(logger) = logger {
        params.push(("logger", Value::from(logger)));
    }
    notification(MESSAGE, Some(&object(params)))
}

/// The notification of a change for a session of a legacy revision; `None` for those that only
/// 2026-07-28 has.
#[must_use]
pub fn changed(change: &Change) -> Option<String> {
    match change {
        Change::Tools | Change::Prompts | Change::Resources => {
            Some(notification(change.method(), None))
        }
        Change::Resource(_) => Some(notification(change.method(), Some(&change.params()))),
        Change::Task { .. } => None,
    }
}

/// `notifications/cancelled`: the server no longer waits for the client's answer to the request of
/// this id.
#[must_use]
pub fn cancelled(id: &str) -> String {
    let params = object(vec![("requestId", Value::from(id))]);
    notification(CANCELLED, Some(&params))
}

/// `notifications/elicitation/complete`: the person has finished what the elicitation of this id, in URL mode, asked
/// for (MCP 2025-11-25).
#[must_use]
pub fn elicitation_complete(id: &str) -> String {
    let params = object(vec![("elicitationId", Value::from(id))]);
    notification(ELICITATION_COMPLETE, Some(&params))
}

/// The JSON text of a notification.
pub(super) fn notification(method: &str, params: Option<&Value>) -> String {
    let mut out = String::from("{");
    member(&mut out, "jsonrpc", &quote("2.0"));
    member(&mut out, "method", &quote(method));
    if let Some(params) = params {
        member(&mut out, "params", &to_text(params));
    }
    out.push('}');
    out
}

/// JSON has no infinities. Whole numbers are written without a fraction, as most clients count.
fn number(value: f64) -> Option<Value> {
    // Whole numbers up to here are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !value.is_finite() {
        return None;
    }
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and at most 2^53")]
        return Some(Value::from(value as i64));
    }
    Some(Value::from(value))
}
