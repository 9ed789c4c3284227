//! Tools, prompts and resources of the small server.

use serde_json::json;
use toolgate_core::mcp::icon::Icon;
use toolgate_core::mcp::prompt::{PromptArgument, PromptInfo};
use toolgate_core::mcp::resource::{ResourceInfo, ResourceVariable};
use toolgate_core::mcp::tool::{Annotations, ParamHeader, Schema, TaskSupport, ToolInfo};

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
