use toolgate::prelude::*;

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(values = ["red", "blue"], example = ["red", "green"])]
    colors: Vec<String>,
) {
}

fn main() {}
