use toolgate::prelude::*;

/// Sum
#[mcp_tool(allow = "everyone")]
fn sum(#[arg(default = [])] numbers: Vec<f64>) -> f64 {
    numbers.iter().sum()
}

fn main() {}
