use toolgate::prelude::*;

struct String(f64);

/// Add
#[mcp_tool(allow = "everyone")]
fn add(
    /// First addend
    a: String,
) -> f64 {
    a.0
}

fn main() {}
