use toolgate::prelude::*;

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(values = ["red"], max_len = 5, pattern = "^r")]
    color: String,
) {
}

fn main() {}
