//! `subscriptions/listen` of 2026-07-28: one stream for what changes outside of any request.

use serde_json::{Map, Value};
use toolgate_policy::{Arguments, Caller, Vars};

use super::families::resources;
use super::fault::{self, Fault};
use super::guard::{self, Asking};
use super::jsonrpc::Request;
use super::method::Method;
use super::notify::Change;
use super::server::{Scope, Server};
use super::session_state::MAX_SUBSCRIBED_URI;
use super::task::{self, MAX_TASK_ID};

pub use super::server::Listening;
pub use super::subscription::{Filter, Listen};

/// Resources, and tasks, that one stream may name. Each is compared with each change, and a client
/// shows a person no more than this.
pub const MAX_LISTENED: usize = 100;

/// See [`Listening`].
pub static LISTENING: Listening = Listening { read, may_read };

/// Reads the request. What the server never announces, and resources that the caller may not
/// read, are left out of the filter, which the client is told.
///
/// # Errors
/// Malformed params, and tasks of a client that did not declare the extension.
fn read(scope: &Scope<'_>, request: &Request) -> Result<Listen, Fault> {
    let Some(Value::Object(asked)) = request.params.get("notifications") else {
        return Err(Fault::params("`notifications` is not an object"));
    };
    let mut tasks = texts(asked, "taskIds", MAX_TASK_ID)?;
    if !scope.serves(Method::GetTask) {
        tasks.clear();
    }
    if !tasks.is_empty() && !scope.peer(&request.params)?.capabilities.tasks {
        return Err(fault::missing_capability(task::required()));
    }
    let Server { prompts, resources, .. } = scope.server;
    let mut uris = texts(asked, "resourceSubscriptions", MAX_SUBSCRIBED_URI)?;
    uris.retain(|uri| may_read(scope.server, scope.caller, scope.vars, uri));
    let filter = Filter {
        tools: flag(asked, "toolsListChanged")?,
        prompts: flag(asked, "promptsListChanged")? && !prompts.is_empty(),
        resources: flag(asked, "resourcesListChanged")? && !resources.is_empty(),
        uris,
        tasks,
    };
    Ok(Listen { id: request.id.clone(), filter })
}

/// True if the caller may hear of the change now. `subject_key` is whose tasks the caller may see. It is
/// asked for each receiver and each change, since groups and policies change while a stream is
/// open.
#[must_use]
pub fn may_hear(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    subject_key: &str,
    change: &Change,
) -> bool {
    match change {
        // That a list changed says nothing of what is on it.
        Change::Tools | Change::Prompts | Change::Resources => true,
        Change::Resource(uri) => may_read(server, caller, vars, uri),
        Change::Task { subject_key: whose, tool, .. } => {
            let tool = server.tools.iter().find(|known| known.name == tool);
            whose == subject_key
                && tool.is_some_and(|tool| {
                    let asking = Asking { config: server.config, caller, vars };
                    guard::allows(asking, tool.policy, Arguments::Unknown)
                })
        }
    }
}

/// True if there is such a resource and the caller may read it now.
fn may_read(server: &Server<'_>, caller: &Caller, vars: &dyn Vars, uri: &str) -> bool {
    resources::find(server.resources, uri).is_some_and(|(resource, variables)| {
        let policy = server.resources[resource].policy;
        let asking = Asking { config: server.config, caller, vars };
        guard::allows(asking, policy, Arguments::Call(&variables))
    })
}

fn flag(asked: &Map<String, Value>, key: &str) -> Result<bool, Fault> {
    match asked.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(wanted)) => Ok(*wanted),
        Some(_) => Err(Fault::params(&["`", key, "` is neither true nor false"].concat())),
    }
}

/// A list of texts of at most so many bytes, each kept once.
fn texts(asked: &Map<String, Value>, key: &str, most: usize) -> Result<Vec<String>, Fault> {
    let values = match asked.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) if values.len() <= MAX_LISTENED => values,
        Some(Value::Array(_)) => {
            return Err(Fault::params(&["`", key, "` has too many entries"].concat()));
        }
        Some(_) => return Err(Fault::params(&["`", key, "` is not a list"].concat())),
    };
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        let Some(text) = value.as_str() else {
            return Err(Fault::params(&["`", key, "` has an entry that is not text"].concat()));
        };
        if text.len() > most {
            return Err(Fault::params(&["`", key, "` has an entry that is too long"].concat()));
        }
        if !texts.iter().any(|known| known == text) {
            texts.push(text.to_owned());
        }
    }
    Ok(texts)
}
