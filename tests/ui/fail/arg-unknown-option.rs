use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
fn half(#[arg(pattern = "[0-9]+")] number: String) -> String {
    number
}

fn main() {}
