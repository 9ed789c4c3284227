use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
unsafe fn ping() {}

fn main() {}
