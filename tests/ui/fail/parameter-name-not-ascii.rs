use toolgate::prelude::*;

/// Grow
#[mcp_tool(allow = "everyone")]
fn grow(größe: f64) -> f64 {
    größe
}

fn main() {}
