use toolgate::prelude::*;

/// Ping
#[mcp_tool(allow = "everyone")]
fn ping(#[arg()] times: u8) {}

fn main() {}
