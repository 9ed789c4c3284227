use toolgate::prelude::*;

/// Shout
#[mcp_tool(allow = "everyone")]
fn shout(#[arg(min_len = 3, max_len = 2)] text: String) -> String {
    text
}

fn main() {}
