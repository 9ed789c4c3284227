use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone")]
#[mcp_tool(allow = "everyone", name = "pong")]
fn ping() {}

fn main() {}
