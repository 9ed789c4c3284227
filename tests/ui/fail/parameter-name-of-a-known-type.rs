use toolgate::prelude::*;

struct String(f64);

#[mcp_tool(allow = "everyone")]
fn add(a: String) -> f64 {
    a.0
}

fn main() {}
