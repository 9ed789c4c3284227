use toolgate::prelude::*;

const MOST: u8 = 6;

/// Roll
#[mcp_tool(allow = "everyone")]
fn roll(#[arg(range = 1..=MOST)] sides: u8) -> u8 {
    sides
}

fn main() {}
