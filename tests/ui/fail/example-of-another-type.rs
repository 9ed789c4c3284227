use toolgate::prelude::*;

/// Rolls
#[mcp_tool(allow = "everyone")]
fn roll(
    /// What
    #[arg(example = "six")]
    sides: u8,
    /// What
    #[arg(example = 6)]
    label: String,
    /// What
    #[arg(example = 1)]
    list: Vec<u8>,
) {
}

fn main() {}
