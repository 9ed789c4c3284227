use toolgate::prelude::*;

/// Orders
#[mcp_tool(allow = "everyone")]
fn order(
    /// What
    #[arg(pattern = "^[A-Z]+$", example = "a")]
    code: String,
) {
}

fn main() {}
