use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone", readonly)]
fn ping() {}

fn main() {}
