use toolgate::prelude::*;

/// Add
#[mcp_tool(config = "../config/good.toml", allow = "wirters")]
fn add(a: f64, b: f64) -> f64 {
    a + b
}

fn main() {}
