use toolgate::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
enum Color {
    Red,
}

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(example = Color::Red)]
    color: Color,
) {
    let _ = color;
}

fn main() {}
