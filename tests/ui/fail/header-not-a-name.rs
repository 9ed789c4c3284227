use toolgate::prelude::*;

/// Near
#[mcp_tool(allow = "everyone")]
fn near(#[arg(header = "My Region")] region: String, #[arg(header = "")] zone: u8) -> String {
    region
}

fn main() {}
