use toolgate::prelude::*;

/// Orders
#[mcp_tool(allow = "everyone")]
fn order(
    /// What
    #[arg(pattern = "^a")]
    codes: Vec<String>,
) {
}

fn main() {}
