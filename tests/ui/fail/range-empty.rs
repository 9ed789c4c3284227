use toolgate::prelude::*;

/// Roll
#[mcp_tool(allow = "everyone")]
fn roll(#[arg(range = 6..=1)] sides: u8) -> u8 {
    sides
}

fn main() {}
