//! Structured results.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use toolgate_core::mcp::content::Content;
use toolgate_core::mcp::content::ToolResult;

use super::error;
use super::result::IntoToolResult;
use super::schema;

/// A structured result: `structuredContent` for programs, the same as JSON text for models, and an
/// `outputSchema` made from the type.
///
/// Until 2025-11-25 MCP wants an object at the root of both: there a `Json` of something else, say
/// of a list, is JSON text alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema> IntoToolResult for Json<T> {
    const OUTPUT_SCHEMA: Option<fn() -> Value> = Some(schema::output::<T>);

    fn into_tool_result(self) -> ToolResult {
        // A type whose `Serialize` gives up, such as a map with keys that are not text.
        let value = match serde_json::to_value(self.0) {
            Ok(value) => value,
            Err(error) => {
                let message = format!("a result cannot be sent as JSON: {error}");
                return ToolResult::error(error::internal(&message));
            }
        };
        let content = vec![Content::Text(value.to_string())];
        ToolResult { content, structured: Some(value), ..ToolResult::default() }
    }
}
