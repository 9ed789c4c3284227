use toolgate::prelude::*;

/// Near
#[mcp_tool(allow = "everyone", input_schema = r#"{"type": "object",}"#)]
fn near(region: String) -> String {
    region
}

fn main() {}
