use toolgate::prelude::*;

/// Draws
#[mcp_tool(config = "../config/quotas.toml", allow = "writers", quota = 20)]
fn draw() -> String {
    String::new()
}

/// Paints
#[mcp_tool(config = "../config/quotas.toml", allow = "writers", quota)]
fn paint() -> String {
    String::new()
}

fn main() {}
