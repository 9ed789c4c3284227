//! Kinds of functions.

/// Kind of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    Tool,
    Prompt,
    Resource,
    Route,
    Trigger(TriggerKind),
}

/// Kind of a function that no client starts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TriggerKind {
    Cron,
    Queue,
    Email,
}

impl TriggerKind {
    /// The macro that makes it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Cron => "cron",
            Self::Queue => "queue",
            Self::Email => "email",
        }
    }

    /// The section of `mcp.toml`.
    pub(crate) fn section(self) -> &'static str {
        match self {
            Self::Cron => "cron",
            Self::Queue => "queues",
            Self::Email => "email",
        }
    }
}

impl FunctionKind {
    /// Its name in messages and in generated items.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::Trigger(_) => "function of a trigger",
            Self::Route => "route",
        }
    }

    /// The macro that makes it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Tool => "mcp_tool",
            Self::Prompt => "mcp_prompt",
            Self::Resource => "mcp_resource",
            Self::Trigger(kind) => kind.attribute(),
            Self::Route => "http",
        }
    }

    /// Verb for what clients do with it.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Tool => "call",
            Self::Prompt => "get",
            Self::Resource => "read",
            Self::Trigger(_) => "start",
            Self::Route => "call",
        }
    }
}
