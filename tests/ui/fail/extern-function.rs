use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
extern "C" fn ping() {}

fn main() {}
