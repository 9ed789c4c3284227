use toolgate::prelude::*;

/// Near
#[mcp_tool(allow = "everyone", input_schema = r#"{"type": "string"}"#)]
fn near(region: String) -> String {
    region
}

fn main() {}
