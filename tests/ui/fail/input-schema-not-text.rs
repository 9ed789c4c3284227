use toolgate::prelude::*;

const SCHEMA: u8 = 1;

/// Near
#[mcp_tool(allow = "everyone", input_schema = 1)]
fn near(region: String) -> String {
    region
}

/// Far
#[mcp_tool(allow = "everyone", input_schema = SCHEMA)]
fn far(region: String) -> String {
    region
}

fn main() {}
