use toolgate::prelude::*;

#[mcp_tool(allow = "everyone", task = "always")]
fn work() {}

fn main() {}
