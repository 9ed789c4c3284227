//! Content that a tool returns, before it is shaped for the client's protocol revision.

use serde_json::Value;

use super::fault::Fault;
use super::resource::ResourceContent;
use super::role::Role;
use crate::audit::CallOutcome;

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
    /// The contents of a resource (`EmbeddedResource`).
    Resource(ResourceContent),
    /// A resource that the client may read (`ResourceLink`, MCP 2025-06-18 and later).
    ResourceLink(ResourceLink),
    /// Content with a word on whom it is for.
    Annotated {
        /// The content itself.
        content: Box<Content>,
        /// Whom it is for.
        annotations: ContentAnnotations,
    },
}

/// `ResourceLink`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceLink {
    /// The URI.
    pub uri: String,
    /// Name.
    pub name: String,
    /// Name for people.
    pub title: Option<String>,
    /// A description.
    pub description: Option<String>,
    /// Media type.
    pub mime_type: Option<String>,
    /// Size in bytes.
    pub size: Option<u64>,
}

/// `Annotations` of content.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContentAnnotations {
    /// The audience; empty if not given.
    pub audience: Vec<Role>,
    /// Between 0, optional, and 1, required.
    pub priority: Option<f64>,
    /// ISO 8601 (MCP 2025-06-18 and later).
    pub last_modified: Option<String>,
}

impl Content {
    /// The same content with a word on whom it is for.
    #[must_use]
    pub fn annotated(self, annotations: ContentAnnotations) -> Self {
        Self::Annotated { content: Box::new(self), annotations }
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<ResourceContent> for Content {
    fn from(resource: ResourceContent) -> Self {
        Self::Resource(resource)
    }
}

impl From<ResourceLink> for Content {
    fn from(link: ResourceLink) -> Self {
        Self::ResourceLink(link)
    }
}

/// Cause of a failure, for the audit trail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailureCause {
    /// The tool says why it could not do its work.
    #[default]
    Tool,
    /// The person said no to a question.
    Declined,
    /// The tool met an error whose words are for the log.
    Internal,
}

impl FailureCause {
    /// The outcome of a tool call that fails so.
    #[must_use]
    pub fn outcome(self) -> CallOutcome {
        match self {
            Self::Tool => CallOutcome::ToolError,
            Self::Declined => CallOutcome::Declined,
            Self::Internal => CallOutcome::Internal,
        }
    }
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
    /// The cause of a failure that the model should see.
    pub cause: FailureCause,
    /// The call failed in a way that only the client should see: it gets this error, and no result.
    pub fault: Option<Box<Fault>>,
}

impl ToolResult {
    /// A failure that the model should see.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        let content = vec![Content::Text(message.into())];
        Self { content, is_error: true, ..Self::default() }
    }
}
