//! Tools as the registry has them.

use serde_json::Value;

use super::icon::Icon;

/// A JSON Schema: ready-made text where the macro could write it, else made when first needed.
#[derive(Debug, Clone, Copy)]
pub enum Schema {
    /// JSON text.
    Static(&'static str),
    /// Builds the schema.
    Build(fn() -> Value),
}

/// Hints of MCP `ToolAnnotations`; `None` leaves a hint out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Annotations {
    /// `readOnlyHint`.
    pub read_only: Option<bool>,
    /// `destructiveHint`.
    pub destructive: Option<bool>,
    /// `idempotentHint`.
    pub idempotent: Option<bool>,
    /// `openWorldHint`.
    pub open_world: Option<bool>,
}

/// One tool as `tools/list` describes it, and the policy that guards it.
#[derive(Debug, Clone, Copy)]
pub struct ToolInfo {
    /// Unique name.
    pub name: &'static str,
    /// Name for people.
    pub title: Option<&'static str>,
    /// A description.
    pub description: Option<&'static str>,
    /// Schema of the arguments; its root is an object.
    pub input_schema: Schema,
    /// Schema of `structuredContent`, where the tool returns any.
    pub output_schema: Option<fn() -> Value>,
    /// Behaviour hints.
    pub annotations: Annotations,
    /// Name of the policy in `mcp.toml`, or `everyone`.
    pub policy: &'static str,
    /// Pictures for people.
    pub icons: &'static [Icon],
    /// Arguments that a client of 2026-07-28 repeats in an HTTP header (`x-mcp-header`).
    pub headers: &'static [ParamHeader],
    /// Support for calls that become tasks.
    pub task: TaskSupport,
}

/// An argument that is repeated in the header `Mcp-Param-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamHeader {
    /// The part of the header's name after `Mcp-Param-`.
    pub header: &'static str,
    /// Name of the argument: text, a whole number, or a boolean.
    pub argument: &'static str,
}

/// Support for running a call as a task (extension `io.modelcontextprotocol/tasks`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TaskSupport {
    /// The caller waits for the result.
    #[default]
    Forbidden,
    /// A task, where the client knows tasks.
    Optional,
    /// Only as a task.
    Required,
}
