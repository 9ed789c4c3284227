//! Every kind of content that a tool can give.

use toolgate::prelude::*;

/// A picture of one pixel, as base64.
pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mO4aKIPAAMOATU5icDWAAAAAElFTkSuQmCC";

/// Half a millisecond of sound, as base64.
const WAV: &str = "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQgAAAAAAEAfAADA4A==";

/// Tells what this server is; clients that try the first tool of the list find this one
#[mcp_tool(allow = "everyone", read_only)]
fn about() -> &'static str {
    "This server shows everything that MCP has."
}

/// Gives text
#[mcp_tool(allow = "everyone", read_only)]
fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Gives a picture
#[mcp_tool(allow = "everyone", read_only)]
fn test_image_content() -> Image {
    Image::from_base64(PNG, "image/png")
}

/// Gives sound
#[mcp_tool(allow = "everyone", read_only)]
fn test_audio_content() -> Audio {
    Audio::from_base64(WAV, "audio/wav")
}

/// Gives the contents of a resource
#[mcp_tool(allow = "everyone", read_only)]
fn test_embedded_resource() -> ResourceContent {
    ResourceContent::text(
        "test://embedded-resource",
        "text/plain",
        "This is an embedded resource content.",
    )
}

/// Gives text, a picture and a resource at once
#[mcp_tool(allow = "everyone", read_only)]
fn test_multiple_content_types() -> Vec<Content> {
    let resource = ResourceContent::text(
        "test://mixed-content-resource",
        "application/json",
        r#"{"test":"data","value":123}"#,
    );
    vec![
        Content::Text("Multiple content types test:".to_owned()),
        Image::from_base64(PNG, "image/png").into(),
        resource.into(),
    ]
}

/// Fails, in a way that the model should see
#[mcp_tool(allow = "everyone")]
fn test_error_handling() -> Result<()> {
    Err(Error::new("This tool intentionally returns an error for testing"))
}
