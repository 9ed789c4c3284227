use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone", name = "ping pong")]
fn ping() {}

fn main() {}
