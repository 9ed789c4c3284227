use toolgate::prelude::*;

/// Rolls
#[mcp_tool(allow = "everyone")]
fn roll(
    /// What
    #[arg(values = [1, "two", 300])]
    sides: u8,
) {
}

fn main() {}
