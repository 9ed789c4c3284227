use toolgate::prelude::*;

/// Shout
#[mcp_tool(allow = "everyone")]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
