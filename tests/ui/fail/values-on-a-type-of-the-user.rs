use toolgate::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
enum Color {
    Red,
}

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(values = ["red"])]
    color: Color,
) {
}

fn main() {}
