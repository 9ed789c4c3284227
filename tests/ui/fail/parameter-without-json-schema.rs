use toolgate::prelude::*;

#[derive(serde::Deserialize)]
struct Point {
    x: f64,
}

/// Distance
#[mcp_tool(allow = "everyone")]
fn distance(points: Vec<Point>) -> f64 {
    points[0].x
}

fn main() {}
