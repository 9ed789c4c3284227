use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone", read_only = "yes")]
fn ping() {}

fn main() {}
