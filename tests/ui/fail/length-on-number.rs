use toolgate::prelude::*;

/// Half
#[mcp_tool(allow = "everyone")]
fn half(#[arg(max_len = 3)] number: f64) -> f64 {
    number
}

fn main() {}
