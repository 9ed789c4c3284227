use toolgate::prelude::*;

/// Paints
#[mcp_tool(allow = "everyone")]
fn paint(
    /// What
    #[arg(values = [true])]
    loud: bool,
) {
}

fn main() {}
