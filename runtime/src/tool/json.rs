//! Structured results.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use toolgate_core::mcp::content::Content;
use toolgate_core::mcp::content::ToolResult;

use super::finite;
use super::result::IntoToolResult;
use super::schema;
use toolgate_core::json::to_text;

/// A structured result: `structuredContent` for programs, the same as JSON text for models, and an
/// `outputSchema` made from the type.
///
/// A number that JSON does not have, NaN or an infinity, is an error that names its place.
///
/// Until 2025-11-25 MCP wants an object at the root of both: there a `Json` of something else, say
/// of a list, is JSON text alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema> IntoToolResult for Json<T> {
    const OUTPUT_SCHEMA: Option<fn() -> Value> = Some(schema::output::<T>);

    fn into_tool_result(self) -> ToolResult {
        let value = match finite::to_value(&self.0) {
            Ok(value) => value,
            Err(error) => return ToolResult::error(unsendable("result", &error)),
        };
        let content = vec![Content::Text(to_text(&value))];
        ToolResult { content, structured: Some(value), ..ToolResult::default() }
    }
}

/// The text for the caller about a value that is not JSON: a type whose `Serialize` gives up, such as a
/// map with keys that are not text, or a number that JSON does not have. It names members of the
/// type, which the output schema shows anyway.
pub(super) fn unsendable(what: &str, error: &serde_json::Error) -> String {
    format!("the {what} cannot be sent as JSON: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, JsonSchema)]
    struct Weather {
        celsius: f64,
        note: Option<String>,
    }

    #[test]
    fn a_number_that_json_does_not_have_is_an_error_that_says_so() {
        let result = Json(Weather { celsius: f64::NAN, note: None }).into_tool_result();
        let expected =
            "the result cannot be sent as JSON: celsius is NaN, and JSON has no such number";
        assert_eq!(result, ToolResult::error(expected));
        let result = Json(Weather { celsius: 1.0, note: None }).into_tool_result();
        assert_eq!(result.structured, Some(serde_json::json!({ "celsius": 1.0, "note": null })));
    }
}
