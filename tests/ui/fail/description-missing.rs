use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
fn ping() {}

#[mcp_prompt(allow = "everyone")]
fn greet() -> &'static str {
    "Greet me."
}

#[mcp_resource(allow = "everyone", uri = "docs://handbook")]
fn handbook() -> &'static str {
    "# Handbook"
}

fn main() {}
