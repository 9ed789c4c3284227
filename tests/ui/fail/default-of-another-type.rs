use toolgate::prelude::*;

/// Roll
#[mcp_tool(allow = "everyone")]
fn roll(
    #[arg(default = "6")] sides: u8,
    #[arg(default = 1)] loud: bool,
    #[arg(default = 1)] text: String,
) -> u8 {
    sides
}

fn main() {}
