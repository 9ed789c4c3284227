use toolgate::prelude::*;

/// Roll
#[mcp_tool(allow = "everyone")]
fn roll(#[arg(range = 1..=6, default = 7)] sides: u8) -> u8 {
    sides
}

fn main() {}
