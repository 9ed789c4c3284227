//! A small server, and requests to it.

use http::Method;
use serde_json::{Map, Value, json};
use toolgate_config::Config;
use toolgate_core::audit::Log;
use toolgate_core::caller::{Caller, Vars};
use toolgate_core::mcp::content::{Content, ToolResult};
use toolgate_core::mcp::tool::{Annotations, Schema, ToolInfo};
use toolgate_core::mcp::{Accepted, Call, Server, accept_http};

pub const MODERN: &str = "2026-07-28";

/// The revisions with `initialize`, oldest first.
pub const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

pub const CONFIG: &str = r#"
[server]
name = "demo"
title = "Demo server"
version = "1.2.3"
description = "Adds and draws"
instructions = "Add before you draw."
website_url = "https://demo.example.com"

[transport]
max_body_bytes = 65536

[policies.image-makers]
groups = ["design"]
"#;

const PLAIN: ToolInfo = ToolInfo {
    name: "",
    title: None,
    description: None,
    input_schema: Schema::Static(r#"{"type":"object"}"#),
    output_schema: None,
    annotations: Annotations {
        read_only: None,
        destructive: None,
        idempotent: None,
        open_world: None,
    },
    policy: "everyone",
    icons: &[],
    headers: &[],
    task: TaskSupport::Forbidden,
};

/// In the order of names, as the registry hands them over.
pub const TOOLS: [ToolInfo; 5] = [
    ToolInfo {
        name: "add",
        title: Some("Add"),
        description: Some("Adds \"two\" numbers"),
        input_schema: Schema::Static(
            r#"{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}"#,
        ),
        annotations: Annotations {
            read_only: Some(true),
            destructive: None,
            idempotent: Some(true),
            open_world: Some(false),
        },
        ..PLAIN
    },
    ToolInfo {
        name: "count",
        output_schema: Some(|| json!({ "type": "array", "items": { "type": "integer" } })),
        ..PLAIN
    },
    ToolInfo { name: "generateImage", policy: "image-makers", ..PLAIN },
    ToolInfo {
        name: "report",
        input_schema: Schema::Build(
            || json!({ "type": "object", "properties": { "about": true, "never": false } }),
        ),
        output_schema: Some(
            || json!({ "type": "object", "properties": { "total": { "type": "integer" } } }),
        ),
        ..PLAIN
    },
    ToolInfo { name: "speak", ..PLAIN },
];

/// What the tools above give back.
pub fn run(call: &Call) -> ToolResult {
    match TOOLS[call.tool].name {
        "add" => {
            let number =
                |name| call.arguments.get(name).and_then(Value::as_f64).unwrap_or_default();
            text(&(number("a") + number("b")).to_string())
        }
        "count" => ToolResult { structured: Some(json!([1, 2, 3])), ..ToolResult::default() },
        "generateImage" => ToolResult {
            content: vec![Content::Image { data: "AAAA".into(), mime_type: "image/png".into() }],
            ..ToolResult::default()
        },
        "report" => ToolResult { structured: Some(json!({ "total": 3 })), ..text("Three") },
        _ => ToolResult {
            content: vec![Content::Audio { data: "AAAA".into(), mime_type: "audio/wav".into() }],
            ..ToolResult::default()
        },
    }
}

fn text(text: &str) -> ToolResult {
    ToolResult { content: vec![Content::Text(text.to_owned())], ..ToolResult::default() }
}

pub fn config(source: &str) -> Config {
    match toolgate_config::check(source) {
        Ok(checked) => checked.config,
        Err(diagnostics) => panic!("mcp.toml has faults: {diagnostics:?}"),
    }
}

/// Somebody in the group `design`, who may use every tool.
pub fn designer() -> Caller {
    Caller { groups: vec!["design".to_owned()], ..visitor() }
}

/// Somebody who may use what everyone may.
pub fn visitor() -> Caller {
    Caller { subject: "1".to_owned(), client_id: "client".to_owned(), ..Caller::default() }
}

pub struct NoVars;

impl Vars for NoVars {
    fn var(&self, _: &str) -> Option<String> {
        None
    }
}

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

/// Sends a request as it is, and runs the tools it asks for.
pub fn send(caller: &Caller, request: &http::Request<Vec<u8>>) -> Answer {
    let config = config(CONFIG);
    let server = Server { config: &config, version: "0.0.0", tools: &TOOLS, prompts: &[], resources: &[], families: &[], log: &Log::default() };
    let response = match accept_http(&server, caller, &NoVars, request) {
        Accepted::Done(response) => response,
        Accepted::Run(mut exchange) => {
            let calls = exchange.calls();
            assert!(!calls.is_empty());
            assert!(exchange.calls().is_empty(), "calls are given out once");
            exchange.finish(calls.iter().map(|call| (call.slot, run(call))).collect())
        }
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
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    send(caller, &request(&[("MCP-Protocol-Version", revision)], body.to_string()))
}

/// A request of a client of 2026-07-28.
pub fn modern(caller: &Caller, method: &str, mut params: Value) -> Answer {
    params["_meta"] = modern_meta();
    let name = params["name"].as_str().map(ToOwned::to_owned);
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let mut headers = vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
    if let Some(name) = &name {
        headers.push(("Mcp-Name", name));
    }
    send(caller, &request(&headers, body.to_string()))
}

/// [`legacy`] or [`modern`], by the revision.
pub fn ask(caller: &Caller, revision: &str, method: &str, params: Value) -> Answer {
    if revision == MODERN {
        modern(caller, method, params)
    } else {
        legacy(caller, revision, method, params)
    }
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
