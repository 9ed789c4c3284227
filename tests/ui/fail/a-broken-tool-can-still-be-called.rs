use toolgate::prelude::*;

/// Add
#[mcp_tool]
fn add(
    /// First
    a: f64,
    #[arg(default = 1.0)] b: f64,
) -> f64 {
    a + b
}

fn main() {
    // No error here.
    add(1.0, 2.0);
}
