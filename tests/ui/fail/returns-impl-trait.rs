use toolgate::prelude::*;

/// Show
#[mcp_tool(allow = "everyone")]
fn show() -> impl ToString {
    1
}

fn main() {}
