use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
fn größe() {}

fn main() {}
