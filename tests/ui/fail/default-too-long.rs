use toolgate::prelude::*;

/// Shout
#[mcp_tool(allow = "everyone")]
fn shout(#[arg(max_len = 2, default = "hello")] text: String) -> String {
    text
}

fn main() {}
