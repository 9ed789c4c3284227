use toolgate::prelude::*;

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(max_len = 1, example = ["red", "blue"])]
    colors: Vec<String>,
) {
}

fn main() {}
