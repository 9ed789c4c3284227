use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone", title = "Ping", title = "Pong")]
fn ping() {}

fn main() {}
