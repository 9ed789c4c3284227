use toolgate::prelude::*;

/// Orders
#[mcp_tool(allow = "everyone")]
fn order(
    /// What
    #[arg(pattern = 1)]
    code: String,
) {
}

fn main() {}
