use toolgate::prelude::*;

///
#[mcp_tool(allow = "everyone")]
fn ping() {}

/// Not this
#[mcp_tool(allow = "everyone", description = " ")]
fn pong() {}

fn main() {}
