use std::borrow::Cow;

use toolgate::prelude::*;

/// Shouts
#[mcp_tool(allow = "everyone")]
fn shout<'a>(text: Cow<'a, str>) -> String {
    text.to_uppercase()
}

#[derive(serde::Deserialize, JsonSchema)]
struct Words<'a> {
    #[serde(borrow)]
    first: &'a str,
}

/// Whispers
#[mcp_tool(allow = "everyone")]
fn whisper(words: Words<'_>) -> String {
    words.first.to_lowercase()
}

fn main() {}
