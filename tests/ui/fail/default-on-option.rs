use toolgate::prelude::*;

/// Roll
#[mcp_tool(allow = "everyone")]
fn roll(#[arg(default = 6)] sides: Option<u8>) -> u8 {
    sides.unwrap_or(6)
}

fn main() {}
