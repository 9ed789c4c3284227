use toolgate::prelude::*;

#[mcp_tool(allow = "everyone", name = "ping pong")]
fn ping() {}

fn main() {}
