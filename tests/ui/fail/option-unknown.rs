use toolgate::prelude::*;

#[mcp_tool(allow = "everyone", readonly)]
fn ping() {}

fn main() {}
