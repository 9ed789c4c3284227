use toolgate::prelude::*;

/// Rolls
#[mcp_tool(allow = "everyone")]
fn roll(
    /// What
    #[arg(pattern = "^1")]
    sides: u8,
) {
}

fn main() {}
