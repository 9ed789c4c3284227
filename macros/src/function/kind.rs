//! Kinds of functions.

/// Kind of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    Tool,
    Prompt,
    Resource,
    Route,
}

impl FunctionKind {
    /// Its name in messages and in generated items.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::Route => "route",
        }
    }

    /// The macro that makes it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Tool => "mcp_tool",
            Self::Prompt => "mcp_prompt",
            Self::Resource => "mcp_resource",
            Self::Route => "http",
        }
    }

    /// Verb for what clients do with it.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Tool => "call",
            Self::Prompt => "get",
            Self::Resource => "read",
            Self::Route => "call",
        }
    }
}
