use toolgate::prelude::*;

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(values = ["red", "blue", "red"])]
    color: String,
) {
}

fn main() {}
