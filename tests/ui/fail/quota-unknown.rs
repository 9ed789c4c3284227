use toolgate::prelude::*;

/// Draws
#[mcp_tool(config = "../config/quotas.toml", allow = "wirters", quota = "costy")]
fn draw() -> String {
    String::new()
}

/// Paints
#[mcp_tool(config = "../config/quotas.toml", allow = "writers", quota = "unlimited")]
fn paint() -> String {
    String::new()
}

fn main() {}
