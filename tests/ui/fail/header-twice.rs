use toolgate::prelude::*;

/// Near
#[mcp_tool(allow = "everyone")]
fn near(#[arg(header = "Region")] region: String, #[arg(header = "REGION")] zone: Option<bool>) -> String {
    region
}

fn main() {}
