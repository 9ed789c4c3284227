use toolgate::prelude::*;

/// Größe
#[mcp_tool(allow = "everyone")]
fn größe() {}

fn main() {}
