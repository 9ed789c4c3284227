use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
struct Ping;

fn main() {}
