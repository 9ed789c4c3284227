//! Tasks and streams of notifications, to which a client comes back.

use serde_json::{Map, Value, json};
use toolgate_core::mcp::Method;
use toolgate_core::mcp::peer::TASKS_EXTENSION;
use toolgate_core::reply::Reply;

use super::answer::{CalledKind, Round, TestAnswer};
use super::client::TestClient;
use super::request::{self, Sender};
use super::stream::TestStream;
use super::task::TestTask;
use super::wire;
use crate::platform::native::console;

impl TestClient {
    /// Calls a tool that runs as a task, or becomes one in its course. It takes the feature
    /// `testing-sqlite`.
    ///
    /// ```
    /// # use toolgate::testing::{TestClient, json};
    /// # fn show(ada: &TestClient) {
    /// let task = ada.start("export", json!({}));
    /// assert_eq!(task.status(), "working");
    /// task.result().assert_text("exported");
    /// # }
    /// ```
    ///
    /// # Panics
    /// The call was answered without a task.
    #[must_use]
    #[track_caller]
    pub fn start(&self, tool: &str, arguments: Value) -> TestTask {
        let client = self.with_tasks();
        let answer = client.call(tool, arguments);
        match answer.created_task() {
            Some(id) => TestTask::new(client, tool, id),
            None => panic!("{answer} does not run as a task: {}", answer.brief()),
        }
    }

    /// Opens a stream of `subscriptions/listen` for these changes: `toolsListChanged`,
    /// `promptsListChanged`, `resourcesListChanged`, `resourceSubscriptions` and `taskIds`. It takes the
    /// feature `testing-sqlite`.
    ///
    /// ```
    /// # use toolgate::testing::{TestClient, json};
    /// # fn show(ada: &TestClient) {
    /// let changes = ada.listen(json!({ "resourceSubscriptions": ["docs://handbook"] }));
    /// ada.call("rewrite_handbook", json!({})).assert_ok();
    /// assert_eq!(changes.take()[0]["params"]["uri"], "docs://handbook");
    /// # }
    /// ```
    ///
    /// # Panics
    /// The server refuses it.
    #[must_use]
    #[track_caller]
    pub fn listen(&self, notifications: Value) -> TestStream {
        let client = self.with_tasks();
        let mut params = Map::new();
        params.insert("notifications".to_owned(), notifications);
        let request = client.post(Method::Listen, params);
        let server = client.server();
        server.bindings().is_heard.set(true);
        let (mut response, _) = server.run(wire::send(server, &client, request));
        if let Ok(stream) = response.stream() {
            let stream = TestStream::new(server.clone(), stream);
            // The acknowledgement.
            drop(stream.take());
            return stream;
        }
        let refusal = server.run(async { response.text().await.unwrap_or_default() });
        panic!("{} cannot listen: {refusal}", client.who())
    }

    /// The client with the extension for tasks.
    pub(super) fn with_tasks(&self) -> Self {
        let mut client = self.clone();
        client.capabilities["extensions"] = json!({ TASKS_EXTENSION: {} });
        client
    }

    /// The answer to a request about a task.
    #[track_caller]
    pub(super) fn ask_task(&self, method: Method, params: Map<String, Value>) -> TestAnswer {
        let mut answer =
            TestAnswer::new(self.called(CalledKind::Method, method.name(), Vec::new()));
        answer.add(self.whole(self.post(method, params)));
        answer
    }

    fn post(&self, method: Method, params: Map<String, Value>) -> http::Request<Vec<u8>> {
        let sender = Sender { revision: self.revision, capabilities: &self.capabilities };
        request::post(&sender, self.server().next_id(), method, params, &[])
    }

    /// The round of a request whose answer is one message.
    fn whole(&self, request: http::Request<Vec<u8>>) -> Round {
        let server = self.server();
        server.run(async {
            let (mut response, events) = wire::send(server, self, request).await;
            let mut reply = Reply::new(response.bytes().await.unwrap_or_default());
            if let Ok(status) = http::StatusCode::from_u16(response.status_code()) {
                *reply.status_mut() = status;
            }
            Round { response: reply, said: Vec::new(), events, internal: console::take() }
        })
    }
}
