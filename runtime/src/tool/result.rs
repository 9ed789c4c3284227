//! From what a tool returns to what the client gets.

use std::any::Any;
use std::fmt::Display;

use serde_json::Value;
use toolgate_core::mcp::content::{Content, ResourceLink, ToolResult};
use toolgate_core::mcp::resource::ResourceContent;

use super::error::{self, Error};
use super::media::{Audio, Image};
use super::number;

/// A type that a tool may return.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    label = "not a result of a tool",
    note = "a tool returns `()`, `bool`, a number, `String`, `Image`, `Audio`, `Content`, \
            `Vec<Content>`, `ResourceContent`, `ResourceLink`, `ToolResult`, or a `Result` of one \
            of them whose error can be displayed",
    note = "return `Json<…>` for a type of your own that derives `Serialize` and `JsonSchema`"
)]
pub trait IntoToolResult {
    /// Makes the schema of `structuredContent`, for types that give any.
    const OUTPUT_SCHEMA: Option<fn() -> Value> = None;

    /// The result as the client gets it.
    fn into_tool_result(self) -> ToolResult;
}

impl IntoToolResult for ToolResult {
    fn into_tool_result(self) -> ToolResult {
        self
    }
}

impl<T: IntoToolResult, E: Display + 'static> IntoToolResult for std::result::Result<T, E> {
    const OUTPUT_SCHEMA: Option<fn() -> Value> = T::OUTPUT_SCHEMA;

    fn into_tool_result(self) -> ToolResult {
        match self {
            Ok(value) => value.into_tool_result(),
            Err(error) => failure(&error),
        }
    }
}

/// The error as the model sees it; [`Error::protocol`] is for the client alone, and what was not
/// meant for either is in the log.
fn failure<E: Display + 'static>(error: &E) -> ToolResult {
    let error_of_ours = (error as &dyn Any).downcast_ref::<Error>();
    match error_of_ours.and_then(Error::fault) {
        Some(fault) => ToolResult { fault: Some(Box::new(fault)), ..ToolResult::default() },
        None => {
            let told = error::told(error);
            ToolResult { cause: told.cause, ..ToolResult::error(told.message) }
        }
    }
}

impl IntoToolResult for () {
    fn into_tool_result(self) -> ToolResult {
        ToolResult::default()
    }
}

impl IntoToolResult for Vec<Content> {
    fn into_tool_result(self) -> ToolResult {
        ToolResult { content: self, ..ToolResult::default() }
    }
}

impl IntoToolResult for ResourceContent {
    fn into_tool_result(self) -> ToolResult {
        Content::Resource(self).into_tool_result()
    }
}

impl IntoToolResult for ResourceLink {
    fn into_tool_result(self) -> ToolResult {
        Content::from(self).into_tool_result()
    }
}

impl IntoToolResult for Content {
    fn into_tool_result(self) -> ToolResult {
        vec![self].into_tool_result()
    }
}

impl IntoToolResult for Image {
    fn into_tool_result(self) -> ToolResult {
        Content::from(self).into_tool_result()
    }
}

impl IntoToolResult for Audio {
    fn into_tool_result(self) -> ToolResult {
        Content::from(self).into_tool_result()
    }
}

impl IntoToolResult for String {
    fn into_tool_result(self) -> ToolResult {
        Content::Text(self).into_tool_result()
    }
}

impl IntoToolResult for &str {
    fn into_tool_result(self) -> ToolResult {
        self.to_owned().into_tool_result()
    }
}

impl IntoToolResult for f64 {
    fn into_tool_result(self) -> ToolResult {
        number::to_text(self).into_tool_result()
    }
}

impl IntoToolResult for f32 {
    fn into_tool_result(self) -> ToolResult {
        number::f32_to_text(self).into_tool_result()
    }
}

macro_rules! as_displayed {
    ($($type:ty)*) => {$(
        impl IntoToolResult for $type {
            fn into_tool_result(self) -> ToolResult {
                self.to_string().into_tool_result()
            }
        }
    )*};
}

as_displayed!(bool char i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;

    use super::*;
    use crate::tool::Json;

    #[derive(Serialize, JsonSchema)]
    struct Weather {
        celsius: f64,
    }

    fn text(value: impl IntoToolResult) -> String {
        let result = value.into_tool_result();
        assert!(!result.is_error);
        match &result.content[..] {
            [Content::Text(text)] => text.clone(),
            other => panic!("not one text block: {other:?}"),
        }
    }

    #[test]
    fn plain_values_become_one_text_block() {
        assert_eq!(text(42.0), "42");
        assert_eq!(text(0.5_f32), "0.5");
        assert_eq!(text(u128::MAX), u128::MAX.to_string());
        assert_eq!(text(-7_i8), "-7");
        assert_eq!(text(true), "true");
        assert_eq!(text("hello"), "hello");
        assert_eq!(text(Ok::<_, Error>("hello".to_owned())), "hello");
    }

    #[test]
    fn nothing_becomes_no_content() {
        assert_eq!(().into_tool_result(), ToolResult::default());
    }

    #[test]
    fn an_error_is_a_result_with_its_message() {
        for result in [
            Err::<(), _>(Error::new("no credits left")).into_tool_result(),
            Err::<(), _>("no credits left").into_tool_result(),
        ] {
            assert_eq!(result, ToolResult::error("no credits left"));
        }
    }

    #[test]
    fn an_error_that_was_not_written_for_the_caller_is_a_result_without_its_message() {
        let result = Err::<(), _>(worker::Error::from("no such table")).into_tool_result();
        assert!(result.is_error);
        match &result.content[..] {
            [Content::Text(text)] => {
                assert!(text.starts_with("internal error ") && !text.contains("table"), "{text}");
            }
            other => panic!("not one text block: {other:?}"),
        }
    }

    #[test]
    fn an_error_of_the_protocol_is_no_result() {
        let result = Err::<(), _>(Error::protocol("out of order")).into_tool_result();
        let fault = result.fault.expect("a fault");
        assert_eq!(fault.into_value(), json!({ "code": -32603, "message": "out of order" }));
        assert!(result.content.is_empty());
    }

    #[test]
    fn an_object_is_structured_and_text() {
        let result = Json(Weather { celsius: 21.5 }).into_tool_result();
        assert_eq!(result.structured, Some(json!({ "celsius": 21.5 })));
        assert_eq!(result.content, [Content::Text(r#"{"celsius":21.5}"#.to_owned())]);
    }

    #[test]
    fn a_list_is_structured_too() {
        // Which revisions carry it is decided where the result is shaped.
        let result = Json(vec![1, 2]).into_tool_result();
        assert_eq!(result.structured, Some(json!([1, 2])));
        assert_eq!(result.content, [Content::Text("[1,2]".to_owned())]);
    }

    #[test]
    fn the_output_schema_passes_through_a_result() {
        let schema = <Result<Json<Weather>, Error>>::OUTPUT_SCHEMA.expect("a schema")();
        assert_eq!(schema["properties"]["celsius"]["type"], "number");
        assert!(<Result<f64, Error>>::OUTPUT_SCHEMA.is_none());
    }

    #[test]
    fn media_become_their_blocks() {
        let result = Image::from_base64("AAAA", "image/jpeg").into_tool_result();
        let image = Content::Image { data: "AAAA".to_owned(), mime_type: "image/jpeg".to_owned() };
        assert_eq!(result.content, [image]);
        let result = Audio::from_base64("AAAA", "audio/wav").into_tool_result();
        let audio = Content::Audio { data: "AAAA".to_owned(), mime_type: "audio/wav".to_owned() };
        assert_eq!(result.content, [audio]);
    }
}
