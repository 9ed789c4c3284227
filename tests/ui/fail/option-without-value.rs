use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone", title)]
fn ping() {}

fn main() {}
