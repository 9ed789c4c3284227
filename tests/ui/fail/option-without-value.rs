use toolgate::prelude::*;

#[mcp_tool(allow = "everyone", title)]
fn ping() {}

fn main() {}
