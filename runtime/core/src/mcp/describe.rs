//! Descriptions of the server and of its functions, per revision.

use serde_json::{Map, Value};

use super::icon::{Icon, icons};
use super::json::{member, object, quote, to_text};
use super::prompt::{PromptArgument, PromptInfo};
use super::resource::ResourceInfo;
use super::result;
use super::revision::Revision;
use super::server::Server;
use super::tool::{Schema, ToolInfo};

/// `Implementation`.
pub(super) fn server_info(server: &Server<'_>, revision: Revision) -> Value {
    let config = &server.config.server;
    let mut info = object(vec![
        ("name", Value::from(config.name.as_ref())),
        ("version", Value::from(config.version.as_deref().unwrap_or(server.version))),
    ]);
    if revision.has_titles()
        && let Some(title) = &config.title
    {
        info["title"] = Value::from(title.as_ref());
    }
    if revision.has_server_details() {
        if let Some(description) = &config.description {
            info["description"] = Value::from(description.as_ref());
        }
        if let Some(url) = &config.website_url {
            info["websiteUrl"] = Value::from(url.as_ref());
        }
        if let Some(icon) = &config.icon {
            let icon = object(vec![("src", Value::from(icon.as_ref()))]);
            info["icons"] = Value::Array(vec![icon]);
        }
    }
    info
}

/// Appends `Tool` as JSON text. Ready-made schemas go in as they are, without being parsed.
pub(super) fn write_tool(out: &mut String, tool: &ToolInfo, revision: Revision) {
    out.push('{');
    member(out, "name", &quote(tool.name));
    if revision.has_titles()
        && let Some(title) = tool.title
    {
        member(out, "title", &quote(title));
    }
    if let Some(description) = tool.description {
        member(out, "description", &quote(description));
    }
    match tool.input_schema {
        Schema::Static(text) => member(out, "inputSchema", text),
        Schema::Build(build) => member(out, "inputSchema", &to_text(&build())),
    }
    if revision.has_structured_content()
        && let Some(build) = tool.output_schema
    {
        let schema = build();
        // Until 2025-11-25 structured results were objects, and their schema had to say so.
        if revision.has_structured_values() || result::is_object_schema(&schema) {
            member(out, "outputSchema", &to_text(&schema));
        }
    }
    let annotations = annotations(tool, revision);
    if !annotations.is_empty() {
        member(out, "annotations", &to_text(&Value::Object(annotations)));
    }
    if let Some(icons) = icons(tool.icons, revision) {
        member(out, "icons", &to_text(&icons));
    }
    out.push('}');
}

/// `Prompt`.
pub(super) fn prompt(prompt: &PromptInfo, revision: Revision) -> Value {
    let mut members = vec![("name", Value::from(prompt.name))];
    present(&mut members, prompt.title, prompt.description, prompt.icons, revision);
    if !prompt.arguments.is_empty() {
        members.push(("arguments", prompt.arguments.iter().map(argument).collect()));
    }
    object(members)
}

fn argument(argument: &PromptArgument) -> Value {
    let mut members = vec![("name", Value::from(argument.name))];
    members.extend(argument.description.map(|text| ("description", Value::from(text))));
    if argument.required {
        members.push(("required", Value::Bool(true)));
    }
    object(members)
}

/// `Resource` or `ResourceTemplate`.
pub(super) fn resource(resource: &ResourceInfo, revision: Revision) -> Value {
    let uri = if resource.variables.is_empty() { "uri" } else { "uriTemplate" };
    let mut members = vec![(uri, Value::from(resource.uri)), ("name", Value::from(resource.name))];
    present(&mut members, resource.title, resource.description, resource.icons, revision);
    members.extend(resource.mime_type.map(|mime_type| ("mimeType", Value::from(mime_type))));
    let mut annotations = Vec::new();
    if !resource.audience.is_empty() {
        annotations
            .push(("audience", resource.audience.iter().map(|role| role.as_str()).collect()));
    }
    annotations.extend(resource.priority.map(|priority| ("priority", Value::from(priority))));
    if !annotations.is_empty() {
        members.push(("annotations", object(annotations)));
    }
    object(members)
}

/// The members for people, as far as the revision has them.
fn present(
    members: &mut Vec<(&str, Value)>,
    title: Option<&str>,
    description: Option<&str>,
    pictures: &[Icon],
    revision: Revision,
) {
    let title = title.filter(|_| revision.has_titles());
    members.extend(title.map(|title| ("title", Value::from(title))));
    members.extend(description.map(|text| ("description", Value::from(text))));
    members.extend(icons(pictures, revision).map(|icons| ("icons", icons)));
}

fn annotations(tool: &ToolInfo, revision: Revision) -> Map<String, Value> {
    let mut annotations = Map::new();
    if !revision.has_tool_annotations() {
        return annotations;
    }
    let hints = &tool.annotations;
    for (key, hint) in [
        ("readOnlyHint", hints.read_only),
        ("destructiveHint", hints.destructive),
        ("idempotentHint", hints.idempotent),
        ("openWorldHint", hints.open_world),
    ] {
        if let Some(hint) = hint {
            annotations.insert(key.to_owned(), Value::Bool(hint));
        }
    }
    // 2025-03-26 has no `title` beside `name` yet, only this one.
    if !revision.has_titles()
        && let Some(title) = tool.title
    {
        annotations.insert("title".to_owned(), Value::from(title));
    }
    annotations
}
