//! Prompts: conversations that a person picks from a list.

use serde::Deserialize;
use toolgate::prelude::*;

use crate::content::PNG;

/// A prompt without arguments
#[mcp_prompt(allow = "everyone")]
fn test_simple_prompt() -> &'static str {
    "This is a simple prompt for testing."
}

/// A prompt with two arguments
#[mcp_prompt(allow = "everyone")]
fn test_prompt_with_arguments(
    /// First test argument
    #[arg(complete = ["paris", "park", "party"])]
    arg1: String,
    /// Second test argument
    #[arg(complete = second)]
    arg2: String,
) -> String {
    format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
}

/// Values that the second argument can have, once the first is known.
async fn second(ctx: &Context, typed: &str) -> Vec<&'static str> {
    let known: &[&str] = match ctx.argument("arg1") {
        Some("paris") => &["opera", "odeon"],
        _ => &["one", "other", "two"],
    };
    known.iter().copied().filter(|value| value.starts_with(typed)).collect()
}

/// A prompt with a resource in it
#[mcp_prompt(allow = "everyone")]
fn test_prompt_with_embedded_resource(
    /// URI of the resource to embed
    #[arg(name = "resourceUri")]
    resource_uri: String,
) -> Vec<Message> {
    let resource =
        ResourceContent::text(resource_uri, "text/plain", "Embedded resource content for testing.");
    vec![Message::user(resource), Message::user("Please process the embedded resource above.")]
}

/// A prompt with a picture in it
#[mcp_prompt(allow = "everyone")]
fn test_prompt_with_image() -> Vec<Message> {
    vec![
        Message::user(Image::from_base64(PNG, "image/png")),
        Message::user("Please analyze the image above."),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct Background {
    /// What the prompt should know
    context: String,
}

/// A prompt that asks before it answers
#[mcp_prompt(allow = "everyone")]
async fn test_input_required_result_prompt(ctx: &Context) -> Result<String> {
    let question = "What context should the prompt use?";
    let Background { context } = ctx.ask(question).key("user_context").await?;
    Ok(format!("Answer with this in mind: {context}"))
}
