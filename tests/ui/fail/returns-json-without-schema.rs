use toolgate::prelude::*;

#[derive(serde::Serialize)]
struct Weather {
    celsius: f64,
}

/// Weather
#[mcp_tool(allow = "everyone")]
fn weather() -> Json<Weather> {
    Json(Weather { celsius: 21.0 })
}

fn main() {}
