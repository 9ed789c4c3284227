use toolgate::prelude::*;

/// Greet
#[mcp_prompt(allow = "everyone")]
#[mcp_tool(allow = "everyone")]
fn greet() -> String {
    String::new()
}

fn main() {}
