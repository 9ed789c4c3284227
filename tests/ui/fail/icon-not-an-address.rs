use toolgate::prelude::*;

/// Work
#[mcp_tool(allow = "everyone", icon = "http://example.com/icon.png")]
fn work() {}

fn main() {}
