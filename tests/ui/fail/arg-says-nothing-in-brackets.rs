use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
fn ping(#[arg()] times: u8) {}

fn main() {}
