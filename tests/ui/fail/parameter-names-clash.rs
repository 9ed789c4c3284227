use toolgate::prelude::*;

/// Add
#[mcp_tool(allow = "everyone")]
fn add(a: f64, #[arg(name = "a")] b: f64) -> f64 {
    a + b
}

fn main() {}
