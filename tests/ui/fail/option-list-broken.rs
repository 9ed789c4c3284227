use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone" title = "Ping", readonly)]
fn ping() {}

fn main() {}
