use toolgate::prelude::*;

/// Half
#[mcp_tool(allow = "everyone")]
fn half(#[arg(range = 0..=1)] ratio: f64) -> f64 {
    ratio
}

fn main() {}
