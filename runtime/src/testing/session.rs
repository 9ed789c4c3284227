//! Sessions of the revisions that have them.

use std::rc::Rc;

use futures_util::StreamExt as _;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use serde_json::{Map, Value, json};
use toolgate_core::mcp::{Method, Revision};
use toolgate_core::reply::Reply;

use super::answer::{Called, CalledKind, Round, TestAnswer};
use super::client::TestClient;
use super::stream::{TestStream, event};
use super::wire;
use crate::platform::host::Response;
use crate::platform::native::console;

const SESSION_ID: &str = "mcp-session-id";

/// A session of a person's client, see [`TestClient::session`].
#[derive(Debug, Clone)]
pub struct TestSession(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    client: TestClient,
    id: String,
}

impl TestClient {
    /// Begins a session (`initialize`): of the revision of this client, or of the newest that has sessions.
    /// There, questions are requests of the server, and changes are told to those who subscribe. It takes
    /// the feature `testing-sqlite`.
    ///
    /// ```
    /// # use toolgate::testing::{TestClient, json};
    /// # fn show(ada: TestClient) {
    /// let session = ada.answers([json!({ "city": "Oslo" })]).session();
    /// session.call("book", json!({})).assert_ok();
    /// # }
    /// ```
    ///
    /// # Panics
    /// The server issues no sessions: no function asks or logs, and nobody may listen to changes.
    #[must_use]
    #[track_caller]
    pub fn session(&self) -> TestSession {
        let mut client = self.clone();
        if !client.revision.has_sessions() {
            client.revision = Revision::LATEST_WITH_HANDSHAKE;
        }
        let params = json!({
            "protocolVersion": client.revision.as_str(),
            "capabilities": client.capabilities,
            "clientInfo": { "name": "toolgate-testing", "version": "1" },
        });
        let session = TestSession(Rc::new(Inner { client, id: String::new() }));
        let message = session.message(Method::Initialize, params);
        let response = session.send(http::Method::POST, &message, None);
        let id = response.headers().get(SESSION_ID).ok().flatten();
        let id = id.unwrap_or_else(|| panic!("the server issues no sessions: none of its functions asks or logs, and mcp.toml has no `[transport] notifications = true`"));
        let session = TestSession(Rc::new(Inner { client: session.0.client.clone(), id }));
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        session.send(http::Method::POST, &ready, None);
        // Refused where the functions of the server log nothing.
        let _ = session.ask(Method::SetLevel, json!({ "level": "debug" }));
        session
    }
}

/// The requests of the session.
impl TestSession {
    /// Calls a tool, and answers what it asks with [`TestClient::answers`].
    ///
    /// # Panics
    /// As for [`TestClient::call`].
    #[track_caller]
    pub fn call(&self, tool: &str, arguments: Value) -> TestAnswer {
        let infos = self.0.client.server().registry().infos();
        let known = infos.iter().map(|info| info.name).collect();
        let params = json!({ "name": tool, "arguments": arguments });
        self.request(Method::CallTool, params, self.called(CalledKind::Tool, tool, known))
    }

    /// Reads a resource.
    ///
    /// # Panics
    /// As for [`TestClient::call`].
    #[track_caller]
    pub fn resource(&self, uri: &str) -> TestAnswer {
        let called = self.called(CalledKind::Resource, uri, Vec::new());
        self.request(Method::ReadResource, json!({ "uri": uri }), called)
    }

    /// Subscribes to a resource, of which [`listen`](Self::listen) then tells.
    ///
    /// # Panics
    /// The server refuses it.
    #[track_caller]
    pub fn subscribe(&self, uri: &str) {
        self.ask(Method::Subscribe, json!({ "uri": uri })).assert_ok();
    }

    /// Opens the stream of the session for what happens outside of any request.
    ///
    /// # Panics
    /// The server refuses it.
    #[must_use]
    #[track_caller]
    pub fn listen(&self) -> TestStream {
        let server = self.0.client.server();
        server.bindings().is_heard.set(true);
        let mut response = self.send(http::Method::GET, &Value::Null, None);
        match response.stream() {
            Ok(stream) => TestStream::new(server.clone(), stream),
            Err(_) => panic!("the session cannot listen: {}", response.status_code()),
        }
    }

    /// Ends the session.
    ///
    /// # Panics
    /// There is none any more.
    #[track_caller]
    pub fn end(&self) {
        let status = self.send(http::Method::DELETE, &Value::Null, None).status_code();
        assert!(status < 300, "the session cannot be ended: {status}");
    }
}

impl TestSession {
    fn called(&self, kind: CalledKind, name: &str, known: Vec<&'static str>) -> Called {
        Called { kind, name: name.to_owned(), who: self.0.client.who(), known }
    }

    #[track_caller]
    fn ask(&self, method: Method, params: Value) -> TestAnswer {
        self.request(method, params, self.called(CalledKind::Method, method.name(), Vec::new()))
    }

    /// Sends a request and waits for its answer, wherever it comes.
    #[track_caller]
    fn request(&self, method: Method, params: Value, called: Called) -> TestAnswer {
        let mut answer = TestAnswer::new(called);
        let message = self.message(method, params);
        let mut said = Vec::new();
        let mut response = self.send(http::Method::POST, &message, None);
        let reply = loop {
            let Ok(stream) = response.stream() else {
                let body = self.0.client.server().run(async { response.bytes().await });
                let mut reply = Reply::new(body.unwrap_or_default());
                if let Ok(status) = http::StatusCode::from_u16(response.status_code()) {
                    *reply.status_mut() = status;
                }
                break reply;
            };
            match self.read(stream, &message["id"], &answer, &mut said) {
                Ok(text) => break Reply::new(text.into_bytes()),
                // The server has ended the connection, and the client comes back for the rest.
                Err(Some(last)) => {
                    response = self.send(http::Method::GET, &Value::Null, Some(&last));
                }
                Err(None) => panic!("{answer} has got no answer, and cannot come back for it"),
            }
        };
        let events = crate::audit::take_events();
        answer.add(Round { response: reply, said, events, internal: console::take() });
        answer
    }

    /// The answer to the request of this id, or the last event before the connection ended.
    #[track_caller]
    fn read(
        &self,
        mut stream: crate::platform::native::double::ByteStream,
        id: &Value,
        asking: &TestAnswer,
        said: &mut Vec<String>,
    ) -> Result<String, Option<String>> {
        let mut last = None;
        while let Some(Ok(bytes)) = self.0.client.server().run(stream.next()) {
            let (event_id, message) = event(&bytes);
            last = event_id.or(last);
            let Some(message) = message else { continue };
            match (message.get("id"), message.get("method")) {
                (Some(asked), Some(_)) => self.reply(asked, &message, asking),
                (Some(answered), None) if answered == id => return Ok(message.to_string()),
                _ => said.push(message.to_string()),
            }
        }
        Err(last)
    }

    /// Answers a request of the server.
    #[track_caller]
    fn reply(&self, id: &Value, request: &Value, asking: &TestAnswer) {
        let question = Map::from_iter([("asked".to_owned(), request.clone())]);
        let replies = self.0.client.replies_to(asking, &question);
        let message = json!({ "jsonrpc": "2.0", "id": id, "result": replies["asked"] });
        self.send(http::Method::POST, &message, None);
    }

    fn message(&self, method: Method, mut params: Value) -> Value {
        let id = self.0.client.server().next_id();
        params["_meta"] = json!({ "progressToken": id });
        json!({ "jsonrpc": "2.0", "id": id, "method": method.name(), "params": params })
    }

    fn send(&self, method: http::Method, message: &Value, last: Option<&str>) -> Response {
        let Inner { client, id } = &*self.0;
        let is_post = method == http::Method::POST;
        let mut builder = http::Request::builder()
            .method(method)
            .header(ACCEPT, "application/json, text/event-stream")
            .header(CONTENT_TYPE, "application/json");
        if !id.is_empty() {
            builder = builder.header(SESSION_ID, id);
            builder = builder.header("mcp-protocol-version", client.revision.as_str());
        }
        if let Some(last) = last {
            builder = builder.header(HeaderName::from_static("last-event-id"), last);
        }
        let body = if is_post { message.to_string().into_bytes() } else { Vec::new() };
        let request = builder.body(body).expect("headers of ours");
        let server = client.server();
        let (response, events) = server.run(wire::send(server, client, request));
        crate::audit::keep_events(events);
        response
    }
}
