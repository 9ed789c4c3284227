use toolgate::prelude::*;

/// Draws
#[mcp_tool(config = "../config/good.toml", allow = "writers", quota = "costly")]
fn draw() -> String {
    String::new()
}

fn main() {}
