use toolgate::prelude::*;

#[mcp_prompt(allow = "everyone")]
#[mcp_tool(allow = "everyone")]
fn greet() -> String {
    String::new()
}

fn main() {}
