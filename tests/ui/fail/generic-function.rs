use toolgate::prelude::*;

/// Show
#[mcp_tool(allow = "everyone")]
fn show<T: ToString>(value: T) -> String {
    value.to_string()
}

fn main() {}
