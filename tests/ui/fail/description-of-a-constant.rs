use toolgate::prelude::*;

const NOTHING: &str = " \n";
const WORDS: &str = "words";

/// Says what a parameter is in several ways
#[mcp_tool(allow = "everyone")]
fn say(
    /// The words
    #[doc = WORDS]
    words: String,
) -> String {
    words
}

/// Says nothing of its parameter
#[mcp_tool(allow = "everyone")]
fn mute(#[arg(description = 1)] count: u8) -> u8 {
    count
}

#[mcp_tool(allow = "everyone", description = NOTHING)]
fn nothing() {}

fn main() {}
