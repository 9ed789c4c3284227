use toolgate::prelude::*;

struct Weather;

/// Weather
#[mcp_tool(allow = "everyone")]
fn weather() -> Weather {
    Weather
}

fn main() {}
