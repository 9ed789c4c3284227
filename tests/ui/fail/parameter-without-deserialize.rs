use toolgate::prelude::*;

#[derive(JsonSchema)]
struct Point {
    x: f64,
}

/// Distance
#[mcp_tool(allow = "everyone")]
fn distance(point: Point) -> f64 {
    point.x
}

fn main() {}
