//! Tasks of a person.

use std::time::Duration;

use serde_json::{Map, Value, json};
use toolgate_core::mcp::Method;

use super::answer::{Called, CalledKind, TestAnswer};
use super::client::TestClient;
use crate::platform::bindings::Delay;

/// Looks at a task before it is given up: with the longest interval that is more than an hour.
const MAX_LOOKS: usize = 1000;

/// A task that a person's client has begun, see [`TestClient::start`].
#[derive(Debug, Clone)]
pub struct TestTask {
    client: TestClient,
    tool: String,
    id: String,
}

impl TestTask {
    pub(super) fn new(client: TestClient, tool: &str, id: String) -> Self {
        Self { client, tool: tool.to_owned(), id }
    }

    /// The id by which the client names the task.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same task, as another client asks for it: that of another person is told that there is none.
    #[must_use]
    pub fn seen_by(&self, client: &TestClient) -> Self {
        Self { client: client.with_tasks(), ..self.clone() }
    }

    /// The answer to `tasks/get`, in which [`raw`](TestAnswer::raw) is how the task stands.
    #[track_caller]
    pub fn get(&self) -> TestAnswer {
        self.ask(Method::GetTask, Map::new())
    }

    /// Its status: `working`, `input_required`, `completed`, `failed` or `cancelled`.
    ///
    /// # Panics
    /// The client is told that there is no such task.
    #[must_use]
    #[track_caller]
    pub fn status(&self) -> String {
        self.get().raw()["status"].as_str().unwrap_or_default().to_owned()
    }

    /// The last that it says of its progress, if it says anything.
    ///
    /// # Panics
    /// As for [`status`](Self::status).
    #[must_use]
    #[track_caller]
    pub fn status_message(&self) -> Option<String> {
        self.get().raw()["statusMessage"].as_str().map(str::to_owned)
    }

    /// Cancels it.
    ///
    /// # Panics
    /// As for [`status`](Self::status).
    #[track_caller]
    pub fn cancel(&self) {
        self.ask(Method::CancelTask, Map::new()).assert_ok();
    }

    /// Waits for the result, by the clock of the server, and answers what the task asks with
    /// [`TestClient::answers`].
    ///
    /// # Panics
    /// It was cancelled, is not there, comes to no end, or asks what the test has no answer to.
    #[track_caller]
    pub fn result(&self) -> TestAnswer {
        for _ in 0..MAX_LOOKS {
            let found = self.get();
            let task = found.raw();
            match task["status"].as_str() {
                Some("completed") => return self.ended(Ok(task["result"].clone())),
                Some("failed") => return self.ended(Err(task["error"].clone())),
                Some("cancelled") => panic!("the task of `{}` was cancelled", self.tool),
                Some("input_required") => self.answer(&found, &task["inputRequests"]),
                _ => {
                    let interval = task["pollIntervalMs"].as_u64().unwrap_or(1000);
                    self.client.server().run(Delay::from(Duration::from_millis(interval)));
                }
            }
        }
        panic!("the task of `{}` comes to no end", self.tool)
    }

    #[track_caller]
    fn answer(&self, asking: &TestAnswer, requests: &Value) {
        let requests = requests.as_object().cloned().unwrap_or_default();
        let replies = self.client.replies_to(asking, &requests);
        let params = json!({ "inputResponses": replies });
        let params = params.as_object().cloned().unwrap_or_default();
        self.ask(Method::UpdateTask, params).assert_ok();
    }

    #[track_caller]
    fn ask(&self, method: Method, mut params: Map<String, Value>) -> TestAnswer {
        params.insert("taskId".to_owned(), self.id.clone().into());
        self.client.ask_task(method, params)
    }

    fn ended(&self, outcome: Result<Value, Value>) -> TestAnswer {
        let called = Called {
            kind: CalledKind::Tool,
            name: self.tool.clone(),
            who: self.client.who(),
            known: Vec::new(),
        };
        TestAnswer::of(called, outcome)
    }
}
