use toolgate::prelude::*;

/// Add
#[mcp_tool(allow = "everyone")]
fn add(a: f64, #[cfg(test)] b: f64) -> f64 {
    a
}

fn main() {}
