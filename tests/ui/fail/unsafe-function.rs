use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone")]
unsafe fn ping() {}

fn main() {}
