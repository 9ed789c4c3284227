use toolgate::prelude::*;

/// Rolls
#[mcp_tool(allow = "everyone")]
fn roll(
    /// What
    #[arg(range = 2..=20, example = 1)]
    sides: Option<u8>,
) {
}

fn main() {}
