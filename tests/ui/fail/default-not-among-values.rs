use toolgate::prelude::*;

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(values = ["red", "blue"], default = "green")]
    color: String,
) {
}

fn main() {}
