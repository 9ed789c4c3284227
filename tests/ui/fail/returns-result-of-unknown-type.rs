use toolgate::prelude::*;

struct Weather;

/// Weather
#[mcp_tool(allow = "everyone")]
async fn weather() -> Result<Weather> {
    Ok(Weather)
}

fn main() {}
