use toolgate::prelude::*;

/// Work
#[mcp_tool(allow = "everyone", task = "always")]
fn work() {}

fn main() {}
