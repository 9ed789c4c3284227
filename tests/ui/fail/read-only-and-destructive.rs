use toolgate::prelude::*;

/// Thing
#[mcp_tool(allow = "everyone", read_only, destructive)]
fn ping() {}

fn main() {}
