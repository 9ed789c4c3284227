use toolgate::prelude::*;

struct Storm;

/// Weather
#[mcp_tool(allow = "everyone")]
fn weather() -> Result<String, Storm> {
    Err(Storm)
}

fn main() {}
