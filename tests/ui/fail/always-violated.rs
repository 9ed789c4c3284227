use toolgate::prelude::*;

/// See
#[mcp_tool(config = "../config/invariants.toml", allow = "staff")]
fn see(a: f64) -> f64 {
    a
}

fn main() {}
