use toolgate::prelude::*;

/// Shout
#[mcp_tool(allow = "everyone")]
fn shout(#[arg(range = 1..=10)] text: String) -> String {
    text
}

fn main() {}
