//! The methods of `Context`, by what they need.

/// Methods of `Context` that every server has.
pub(super) const ALWAYS: &[&str] = &[
    "caller",
    "env",
    "request_id",
    "argument",
    "client",
    "trace",
    "fetch",
    "http",
    "as_caller",
    "connection",
    "secret",
    "progress",
    "once",
    "sleep",
    "cancelled",
    "is_cancelled",
    "now",
    "quota",
    "span",
];

/// Those that talk with the client, for which a legacy revision needs a session.
pub(super) const SESSION: &[&str] = &["ask", "ask_url", "sample", "roots", "close_stream"];

/// Those that keep something.
pub(super) const STATE: &[&str] = &["state", "server_state", "sql", "server_sql"];

/// Those that are about the caller.
pub(super) const PERSON: &[&str] = &["caller", "state", "sql"];

/// Those that tell other clients.
pub(super) const SUBSCRIPTIONS: &[&str] =
    &["tools_changed", "prompts_changed", "resources_changed", "resource_updated"];

/// Those that write to the client's log.
pub(super) const LOG: &[&str] = &["log", "debug", "info", "warning", "error"];

/// True if `Context` has a method of this name.
pub(super) fn is_method(name: &str) -> bool {
    [ALWAYS, SESSION, STATE, SUBSCRIPTIONS, LOG, &["start_task"]]
        .iter()
        .any(|list| list.contains(&name))
}
