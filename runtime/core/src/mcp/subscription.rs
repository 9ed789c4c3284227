//! A stream of `subscriptions/listen`, and what is sent on it.

use serde::Serialize;
use serde_json::Value;

use super::json::{object, to_text};
use super::jsonrpc;
use super::notify::{self, Change};
use super::template::is_same_uri;
use crate::from_json::FromJson;

/// Key of the listen request's id in the `_meta` of what goes out on its stream.
const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

/// A valid `subscriptions/listen`.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct Listen {
    /// JSON-RPC id of the request, which names the subscription.
    pub id: Value,
    /// The changes to send; never more than the client asked for.
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
    /// True if it names the change.
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
    /// `notifications/subscriptions/acknowledged`: the first message on the stream.
    #[must_use]
    pub fn acknowledged(&self) -> String {
        let params = object(vec![("notifications", self.filter.clone().into_value())]);
        self.tagged("notifications/subscriptions/acknowledged", params)
    }

    /// The notification of a change; `None` for one that was not asked for. Whether its receiver may
    /// hear of it is for [`may_hear`](super::listen::may_hear) to say.
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
