//! The small server, and what its functions give back.

use serde_json::{Value, json};
use toolgate_config::Config;
use toolgate_core::audit::Log;
use toolgate_core::mcp::challenge::CHALLENGING;
use toolgate_core::mcp::completion::CompletionResult;
use toolgate_core::mcp::content::{Content, ToolResult};
use toolgate_core::mcp::families;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::prompt::{PromptMessage, PromptResult, Role};
use toolgate_core::mcp::refusal::REFUSING;
use toolgate_core::mcp::resource::{ResourceBody, ResourceContent, ResourceResult};
use toolgate_core::mcp::tool::ToolInfo;
use toolgate_core::mcp::{Call, Server, Target};

use super::{PROMPT_INFOS, RESOURCE_INFOS, TOOLS};

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
        families: &families::ALL,
        ..tools_only(config, &TOOLS, log)
    }
}

/// What the calls of the servers above give back.
pub fn run(call: &Call) -> CallResult {
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
