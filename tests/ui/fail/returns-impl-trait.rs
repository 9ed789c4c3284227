use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
fn show() -> impl ToString {
    1
}

fn main() {}
