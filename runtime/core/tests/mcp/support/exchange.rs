//! Requests of clients, and their answers.

use http::Method;
use serde_json::{Map, Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::{Accepted, Call, Server, accept_http, task};
use toolgate_policy::Caller;

use super::{CONFIG, MODERN, NoVars, TOOLS, config, designer, full, named, run, tools_only};

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: Option<String>,
    pub allow: Option<String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        assert_eq!(self.content_type.as_deref(), Some("application/json"), "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn result(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["result"].clone()
    }

    pub fn error_code(&self) -> i64 {
        self.json()["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {self:?}"))
    }
}

/// Sends a request as it is to a server with tools, and runs what it asks for.
pub fn send(caller: &Caller, request: &http::Request<Vec<u8>>) -> Answer {
    let config = config(CONFIG);
    send_to(&tools_only(&config, &TOOLS, &Log::default()), caller, request)
}

/// Sends a request as it is, and runs what it asks for. Nobody keeps tasks or listens.
pub fn send_to(server: &Server<'_>, caller: &Caller, request: &http::Request<Vec<u8>>) -> Answer {
    let response = match accept_http(server, caller, &NoVars, request) {
        Accepted::Done(response) => response,
        Accepted::Run(mut exchange) => {
            let mut calls = exchange.calls();
            assert!(!calls.is_empty());
            tell(server, &mut calls);
            assert!(exchange.calls().is_empty(), "calls are given out once");
            exchange.finish(calls.iter().map(|call| (call.slot, run(call))).collect())
        }
        Accepted::Begin(begin) => begin.response,
        Accepted::Listen(listen) => http::Response::builder()
            .header("Content-Type", "text/event-stream")
            .body(listen.acknowledged().into_bytes())
            .unwrap(),
        Accepted::Task(request) => request.answer(Err(task::unknown())),
    };
    let header = |name| {
        response
            .headers()
            .get(name)
            .map(|value: &http::HeaderValue| value.to_str().unwrap().to_owned())
    };
    Answer {
        status: response.status().as_u16(),
        content_type: header("content-type"),
        allow: header("allow"),
        body: String::from_utf8(response.body().clone()).expect("UTF-8"),
    }
}

/// Has the log tell the decisions that the calls carry, as whoever runs them does.
pub fn tell(server: &Server<'_>, calls: &mut [Call]) {
    for decision in calls.iter_mut().filter_map(|call| call.audit.decision.take()) {
        server.log.record(*decision);
    }
}

/// A POST with the headers every client sends, and these.
pub fn request(headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> http::Request<Vec<u8>> {
    let mut request = http::Request::builder()
        .method(Method::POST)
        .uri("https://demo.example.com/mcp")
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).expect("a request")
}

pub fn post(headers: &[(&str, &str)], body: &Value) -> Answer {
    send(&designer(), &request(headers, body.to_string()))
}

/// A request of a client that negotiated a revision with `initialize`.
pub fn legacy(caller: &Caller, revision: &str, method: &str, params: Value) -> Answer {
    send(caller, &request_of(revision, method, params))
}

/// A request of a client of 2026-07-28.
pub fn modern(caller: &Caller, method: &str, params: Value) -> Answer {
    send(caller, &request_of(MODERN, method, params))
}

/// [`legacy`] or [`modern`], by the revision.
pub fn ask(caller: &Caller, revision: &str, method: &str, params: Value) -> Answer {
    send(caller, &request_of(revision, method, params))
}

/// A request to a server with everything but sessions and notifications.
pub fn ask_full(caller: &Caller, revision: &str, method: &str, params: Value) -> Answer {
    let config = config(CONFIG);
    send_to(&full(&config, &Log::default()), caller, &request_of(revision, method, params))
}

/// A request as a client of the revision sends it: with its headers, and with its `_meta`, to which
/// the params may add.
pub fn request_of(revision: &str, method: &str, mut params: Value) -> http::Request<Vec<u8>> {
    let mut headers = vec![("MCP-Protocol-Version", revision)];
    let name = named(method, &params).map(ToOwned::to_owned);
    if revision == MODERN {
        let mut meta = modern_meta();
        if let Some(Value::Object(more)) = params.get("_meta") {
            meta.as_object_mut().unwrap().extend(more.clone());
        }
        params["_meta"] = meta;
        headers.push(("Mcp-Method", method));
        headers.extend(name.as_deref().map(|name| ("Mcp-Name", name)));
    }
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    request(&headers, body.to_string())
}

pub fn modern_meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

pub fn no_params() -> Value {
    Value::Object(Map::new())
}

/// The call that a request comes to.
pub fn call_of(server: &Server<'_>, caller: &Caller, request: &http::Request<Vec<u8>>) -> Call {
    match accept_http(server, caller, &NoVars, request) {
        Accepted::Run(mut exchange) => exchange.calls().remove(0),
        other => panic!("no call: {other:?}"),
    }
}
