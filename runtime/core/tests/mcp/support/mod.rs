//! A small server, and requests to it.

use http::Method;
use serde_json::{Map, Value, json};
use toolgate_config::Config;
use toolgate_core::audit::Log;
use toolgate_core::mcp::challenge::CHALLENGING;
use toolgate_core::mcp::completion::CompletionResult;
use toolgate_core::mcp::content::{Content, ToolResult};
use toolgate_core::mcp::families::{COMPLETIONS, LOGGING, PROMPTS, RESOURCES, TASKS};
use toolgate_core::mcp::icon::Icon;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::prompt::{PromptArgument, PromptInfo, PromptMessage, PromptResult, Role};
use toolgate_core::mcp::refusal::REFUSING;
use toolgate_core::mcp::resource::{
    ResourceBody, ResourceContent, ResourceInfo, ResourceResult, ResourceVariable,
};
use toolgate_core::mcp::tool::{Annotations, ParamHeader, Schema, TaskSupport, ToolInfo};
use toolgate_core::mcp::{Accepted, Call, Family, Server, Target, accept_http, task};
use toolgate_policy::{Caller, Vars};

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
            || json!({ "type": "object", "properties": { "about": {}, "never": { "not": {} } } }),
        ),
        output_schema: Some(
            || json!({ "type": "object", "properties": { "total": { "type": "integer" } } }),
        ),
        ..PLAIN
    },
    ToolInfo { name: "speak", ..PLAIN },
];

/// One more, whose arguments are repeated in headers.
pub const MIRRORED: ToolInfo = ToolInfo {
    name: "mirror",
    headers: &[
        ParamHeader { header: "Value", argument: "value" },
        ParamHeader { header: "Count", argument: "count" },
        ParamHeader { header: "Flag", argument: "flag" },
    ],
    icons: &[PICTURE],
    ..PLAIN
};

const PICTURE: Icon = Icon {
    src: "https://demo.example.com/icon.png",
    mime_type: Some("image/png"),
    sizes: &["48x48"],
    theme: Some("light"),
};

const PLAIN_PROMPT: PromptInfo = PromptInfo {
    name: "",
    title: None,
    description: None,
    arguments: &[],
    icons: &[],
    policy: "everyone",
};

/// In the order of names.
pub const PROMPT_INFOS: [PromptInfo; 3] = [
    PromptInfo {
        name: "draw",
        arguments: &[PromptArgument {
            name: "subject",
            description: None,
            required: true,
            completes: true,
        }],
        policy: "image-makers",
        ..PLAIN_PROMPT
    },
    PromptInfo {
        name: "greet",
        title: Some("Greet"),
        description: Some("Says hello"),
        arguments: &[
            PromptArgument {
                name: "name",
                description: Some("Whom"),
                required: true,
                completes: true,
            },
            PromptArgument { name: "tone", description: None, required: false, completes: false },
        ],
        icons: &[PICTURE],
        ..PLAIN_PROMPT
    },
    PromptInfo { name: "plain", ..PLAIN_PROMPT },
];

const PLAIN_RESOURCE: ResourceInfo = ResourceInfo {
    uri: "",
    name: "",
    title: None,
    description: None,
    mime_type: None,
    variables: &[],
    icons: &[],
    audience: &[],
    priority: None,
    policy: "everyone",
};

const ID: &[ResourceVariable] = &[ResourceVariable { name: "id", completes: true }];

/// In the order of names.
pub const RESOURCE_INFOS: [ResourceInfo; 6] = [
    ResourceInfo {
        uri: "test://template/{id}/data",
        name: "data",
        mime_type: Some("application/json"),
        variables: ID,
        ..PLAIN_RESOURCE
    },
    ResourceInfo {
        uri: "test://drawings",
        name: "drawings",
        policy: "image-makers",
        ..PLAIN_RESOURCE
    },
    ResourceInfo {
        uri: "test://drawings/{id}",
        name: "one-drawing",
        variables: ID,
        policy: "image-makers",
        ..PLAIN_RESOURCE
    },
    ResourceInfo {
        uri: "test://template/special-{id}/data",
        name: "special",
        variables: &[ResourceVariable { name: "id", completes: false }],
        ..PLAIN_RESOURCE
    },
    ResourceInfo {
        uri: "test://static-text",
        name: "static",
        title: Some("Static"),
        description: Some("Never changes"),
        mime_type: Some("text/plain"),
        icons: &[PICTURE],
        ..PLAIN_RESOURCE
    },
    ResourceInfo { uri: "test://template/fixed/data", name: "taken-first", ..PLAIN_RESOURCE },
];

pub const ALL_FAMILIES: [&dyn Family; 5] = [PROMPTS, RESOURCES, COMPLETIONS, LOGGING, TASKS];

/// A server with these tools and nothing else.
pub fn tools_only<'a>(config: &'a Config, tools: &'a [ToolInfo], log: &'a Log) -> Server<'a> {
    Server {
        config,
        version: "0.0.0",
        tools,
        prompts: &[],
        resources: &[],
        families: &[],
        sessions: false,
        notifications: None,
        challenging: Some(&CHALLENGING),
        refusing: Some(&REFUSING),
        page_size: 50,
        log,
    }
}

/// A server with everything but sessions and notifications.
pub fn full<'a>(config: &'a Config, log: &'a Log) -> Server<'a> {
    Server {
        prompts: &PROMPT_INFOS,
        resources: &RESOURCE_INFOS,
        families: &ALL_FAMILIES,
        ..tools_only(config, &TOOLS, log)
    }
}

/// What the calls of the servers above give back.
pub fn run(call: &Call) -> Outcome {
    let argument =
        |name| call.arguments.get(name).and_then(Value::as_str).unwrap_or("nobody").to_owned();
    match &call.target {
        Target::Tool(tool) => Ok(Box::new(run_tool(*tool, call))),
        Target::Prompt(prompt) => Ok(Box::new(PromptResult {
            description: PROMPT_INFOS[*prompt].description.map(str::to_owned),
            messages: vec![PromptMessage {
                role: Role::User,
                content: Content::Text(format!("Hello, {}!", argument("name"))),
            }],
        })),
        Target::Resource { resource, uri } => {
            let info = &RESOURCE_INFOS[*resource];
            let body = if info.variables.is_empty() {
                ResourceBody::Blob("AAAA".to_owned())
            } else {
                ResourceBody::Text(argument("id"))
            };
            let mime_type = info.mime_type.map(str::to_owned);
            let content = ResourceContent { uri: uri.clone(), mime_type, body };
            Ok(Box::new(ResourceResult { contents: vec![content], is_public: true }))
        }
        Target::PromptCompletion { value, .. } | Target::ResourceCompletion { value, .. } => {
            let values = (0..150).map(|index| format!("{value}{index}")).collect();
            Ok(Box::new(CompletionResult::new(values)))
        }
    }
}

fn run_tool(tool: usize, call: &Call) -> ToolResult {
    match TOOLS.get(tool).map_or("", |tool| tool.name) {
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
    let names = ["name", "uri", "taskId"];
    let name = names.iter().find_map(|key| params[*key].as_str().map(ToOwned::to_owned));
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
