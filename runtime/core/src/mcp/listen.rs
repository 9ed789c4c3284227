//! `subscriptions/listen` of 2026-07-28: one stream for what changes outside of any request.

use serde::Serialize;
use serde_json::{Map, Value};
use toolgate_policy::{self as policy, Arguments, Caller, Vars};

use super::Server;
use super::families::resources;
use super::fault::{self, Fault};
use super::json::{object, to_text};
use super::jsonrpc::{self, Request};
use super::methods::{self, Scope};
use super::notify::{self, Change};
use super::peer::Peer;
use super::session_state::MAX_SUBSCRIBED_URI;
use super::task::{self, MAX_TASK_ID};
use super::template::is_same_uri;
use crate::from_json::FromJson;

/// Resources, and tasks, that one stream may name. Each is compared with each change, and a client
/// shows a person no more than this.
pub const MAX_LISTENED: usize = 100;

/// Key of the listen request's id in the `_meta` of what goes out on its stream.
const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

/// What announcing changes takes. A server that announces none does not name it, and does not contain
/// it.
#[derive(Debug)]
pub struct Listening {
    pub(super) read: fn(&Scope<'_>, &Request) -> Result<Listen, Fault>,
    pub(super) may_read: fn(&Server<'_>, &Caller, &dyn Vars, &str) -> bool,
}

/// See [`Listening`].
pub static LISTENING: Listening = Listening { read: Listen::read, may_read };

/// A valid `subscriptions/listen`.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct Listen {
    /// JSON-RPC id of the request, which names the subscription.
    pub id: Value,
    /// What is sent; never more than the client asked for.
    pub filter: Filter,
}

/// `SubscriptionFilter`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct Filter {
    /// `toolsListChanged`.
    pub tools: bool,
    /// `promptsListChanged`.
    pub prompts: bool,
    /// `resourcesListChanged`.
    pub resources: bool,
    /// `resourceSubscriptions`.
    pub uris: Vec<String>,
    /// `taskIds` of the tasks extension.
    pub tasks: Vec<String>,
}

impl Filter {
    /// Whether it names the change.
    #[must_use]
    pub fn wants(&self, change: &Change) -> bool {
        match change {
            Change::Tools => self.tools,
            Change::Prompts => self.prompts,
            Change::Resources => self.resources,
            Change::Resource(uri) => self.uris.iter().any(|known| is_same_uri(known, uri)),
            Change::Task { .. } => {
                change.task_id().is_some_and(|id| self.tasks.iter().any(|task| task == id))
            }
        }
    }

    fn into_value(self) -> Value {
        let mut members = Vec::new();
        for (key, wanted) in [
            ("toolsListChanged", self.tools),
            ("promptsListChanged", self.prompts),
            ("resourcesListChanged", self.resources),
        ] {
            if wanted {
                members.push((key, Value::Bool(true)));
            }
        }
        for (key, list) in [("resourceSubscriptions", self.uris), ("taskIds", self.tasks)] {
            if !list.is_empty() {
                members.push((key, Value::from(list)));
            }
        }
        object(members)
    }
}

impl Listen {
    /// Reads the request. What the server never announces, and resources that the caller may not
    /// read, are left out of the filter, which the client is told.
    ///
    /// # Errors
    /// Malformed params, and tasks of a client that did not declare the extension.
    pub(super) fn read(scope: &Scope<'_>, request: &Request) -> Result<Self, Fault> {
        let Some(Value::Object(asked)) = request.params.get("notifications") else {
            return Err(Fault::params("`notifications` is not an object"));
        };
        let mut tasks = texts(asked, "taskIds", MAX_TASK_ID)?;
        if !methods::is_served(scope, "tasks/get") {
            tasks.clear();
        }
        if !tasks.is_empty() && !Peer::read(scope, &request.params)?.capabilities.tasks {
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
        Ok(Self { id: request.id.clone(), filter })
    }

    /// `notifications/subscriptions/acknowledged`: the first message on the stream.
    #[must_use]
    pub fn acknowledged(&self) -> String {
        let params = object(vec![("notifications", self.filter.clone().into_value())]);
        self.tagged("notifications/subscriptions/acknowledged", params)
    }

    /// The notification of a change; `None` for one that was not asked for. Whether its receiver may
    /// hear of it is for [`may_hear`] to say.
    #[must_use]
    pub fn message(&self, change: &Change) -> Option<String> {
        self.filter.wants(change).then(|| self.tagged(change.method(), change.params()))
    }

    /// The response that ends the stream.
    #[must_use]
    pub fn end(&self) -> String {
        let result = object(vec![("resultType", Value::from("complete")), ("_meta", self.meta())]);
        jsonrpc::success(&self.id, &to_text(&result))
    }

    fn tagged(&self, method: &str, mut params: Value) -> String {
        params["_meta"] = self.meta();
        notify::notification(method, Some(&params))
    }

    fn meta(&self) -> Value {
        object(vec![(SUBSCRIPTION_ID, self.id.clone())])
    }
}

/// Whether the caller may hear of the change now. `owner` is whose tasks the caller may see. It is
/// asked for each receiver and each change, since groups and policies change while a stream is open.
#[must_use]
pub fn may_hear(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    owner: &str,
    change: &Change,
) -> bool {
    match change {
        // That a list changed says nothing of what is on it.
        Change::Tools | Change::Prompts | Change::Resources => true,
        Change::Resource(uri) => may_read(server, caller, vars, uri),
        Change::Task { owner: whose, tool, .. } => {
            let tool = server.tools.iter().find(|known| known.name == tool);
            whose == owner
                && tool.is_some_and(|tool| {
                    policy::decide(server.config, tool.policy, caller, Arguments::Unknown, vars)
                        .is_allowed()
                })
        }
    }
}

/// Whether there is such a resource and the caller may read it now.
fn may_read(server: &Server<'_>, caller: &Caller, vars: &dyn Vars, uri: &str) -> bool {
    resources::find(server.resources, uri).is_some_and(|(resource, variables)| {
        let policy = server.resources[resource].policy;
        let variables = Arguments::Call(&variables);
        policy::decide(server.config, policy, caller, variables, vars).is_allowed()
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
