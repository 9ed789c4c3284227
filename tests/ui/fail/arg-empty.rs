use toolgate::prelude::*;

/// Half
#[mcp_tool(allow = "everyone")]
fn half(#[arg] number: f64) -> f64 {
    number / 2.0
}

fn main() {}
