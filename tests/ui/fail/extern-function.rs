use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone")]
extern "C" fn ping() {}

fn main() {}
