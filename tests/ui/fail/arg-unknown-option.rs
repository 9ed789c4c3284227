use toolgate::prelude::*;

/// Half
#[mcp_tool(allow = "everyone")]
fn half(#[arg(regex = "[0-9]+")] number: String) -> String {
    number
}

fn main() {}
