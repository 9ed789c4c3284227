//! Tool results, shaped for the client's revision.

use serde_json::Value;

use super::content::{Content, ContentAnnotations, ResourceLink, ToolResult};
use super::json::object;
use super::outcome::{Shape, Shaped};
use super::revision::Revision;
use crate::audit::CallOutcome;
use crate::mcp::json::to_text;

/// `CallToolResult`.
fn shape(result: ToolResult, revision: Revision) -> Value {
    let ToolResult { content, structured, is_error, .. } = result;
    let mut blocks: Vec<Value> =
        content.into_iter().map(|content| block(content, revision)).collect();
    // Clients that do not know structured results, and models, read the content.
    if blocks.is_empty()
        && let Some(structured) = &structured
    {
        blocks.push(block(Content::Text(to_text(structured)), revision));
    }
    let mut shaped = object(vec![("content", Value::Array(blocks))]);
    if let Some(structured) = structured
        && can_carry(&structured, revision)
    {
        shaped["structuredContent"] = structured;
    }
    if is_error {
        shaped["isError"] = Value::Bool(true);
    }
    shaped
}

impl Shape for ToolResult {
    fn shape(self: Box<Self>, revision: Revision) -> Shaped {
        Shaped::complete(shape(*self, revision))
    }

    fn failure(&self) -> Option<&str> {
        match self.content.first() {
            Some(Content::Text(text)) if self.is_error => Some(text),
            _ => None,
        }
    }

    fn outcome(&self) -> CallOutcome {
        if self.is_error { self.cause.outcome() } else { CallOutcome::Ok }
    }
}

/// True if the schema says that its values are objects.
pub(super) fn is_object_schema(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "object")
}

fn can_carry(structured: &Value, revision: Revision) -> bool {
    revision.has_structured_values()
        || (revision.has_structured_content() && structured.is_object())
}

pub(super) fn block(content: Content, revision: Revision) -> Value {
    match content {
        Content::Text(text) => text_block(text),
        Content::Image { data, mime_type } => media_block("image", data, mime_type),
        Content::Audio { mime_type, .. } if !revision.has_audio() => text_block(format!(
            "[audio of type {mime_type}: this client's MCP revision cannot carry it]"
        )),
        Content::Audio { data, mime_type } => media_block("audio", data, mime_type),
        Content::Resource(resource) => {
            object(vec![("type", Value::from("resource")), ("resource", resource.into_value())])
        }
        Content::ResourceLink(link) if !revision.has_resource_links() => text_block(link.uri),
        Content::ResourceLink(link) => resource_link(link),
        Content::Annotated { content, annotations } => annotated(*content, annotations, revision),
    }
}

fn text_block(text: String) -> Value {
    object(vec![("type", Value::from("text")), ("text", Value::from(text))])
}

fn media_block(kind: &str, data: String, mime_type: String) -> Value {
    object(vec![
        ("type", Value::from(kind)),
        ("data", Value::from(data)),
        ("mimeType", Value::from(mime_type)),
    ])
}

fn resource_link(link: ResourceLink) -> Value {
    let mut members = vec![
        ("type", Value::from("resource_link")),
        ("uri", Value::from(link.uri)),
        ("name", Value::from(link.name)),
    ];
    let texts =
        [("title", link.title), ("description", link.description), ("mimeType", link.mime_type)];
    for (key, text) in texts {
        members.extend(text.map(|text| (key, Value::from(text))));
    }
    members.extend(link.size.map(|size| ("size", Value::from(size))));
    object(members)
}

fn annotated(content: Content, annotations: ContentAnnotations, revision: Revision) -> Value {
    let mut members = Vec::new();
    if !annotations.audience.is_empty() {
        let audience = annotations.audience.iter().map(|role| role.as_str());
        members.push(("audience", audience.collect()));
    }
    members.extend(annotations.priority.map(|priority| ("priority", Value::from(priority))));
    if revision.has_modification_times() {
        let time = annotations.last_modified.map(|time| ("lastModified", Value::from(time)));
        members.extend(time);
    }
    let mut block = block(content, revision);
    if !members.is_empty() {
        block["annotations"] = object(members);
    }
    block
}
