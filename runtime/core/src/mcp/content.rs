//! What a tool gives back, before it is shaped for the client's protocol revision.

use serde_json::Value;

/// One content block of a tool result.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(String),
    /// An image: base64 data and its media type.
    Image {
        /// Base64 without line breaks.
        data: String,
        /// For example `image/jpeg`.
        mime_type: String,
    },
    /// Sound: base64 data and its media type (MCP 2025-03-26 and later).
    Audio {
        /// Base64 without line breaks.
        data: String,
        /// For example `audio/wav`.
        mime_type: String,
    },
}

/// The result of a tool call (`CallToolResult`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolResult {
    /// Content blocks.
    pub content: Vec<Content>,
    /// `structuredContent` (MCP 2025-06-18 and later).
    pub structured: Option<Value>,
    /// The call failed in a way the model should see.
    pub is_error: bool,
}

impl ToolResult {
    /// A failure that the model should see.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self { content: vec![Content::Text(message.into())], structured: None, is_error: true }
    }
}
