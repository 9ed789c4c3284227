use toolgate::prelude::*;

struct Weather;

#[mcp_tool(allow = "everyone")]
fn weather() -> Weather {
    Weather
}

fn main() {}
