use toolgate::prelude::*;

/// Near
#[mcp_tool(allow = "everyone")]
fn near(#[arg(header = "Distance")] distance: f64, #[arg(header = "Tags")] tags: Vec<String>) -> f64 {
    distance
}

fn main() {}
