use toolgate::prelude::*;

#[mcp_tool(allow = "everyone", read_only, destructive)]
fn ping() {}

fn main() {}
