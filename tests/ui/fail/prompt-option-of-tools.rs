use toolgate::prelude::*;

/// Greet
#[mcp_prompt(allow = "everyone", read_only)]
fn greet(#[arg(default = "Ada")] name: String) -> String {
    name
}

fn main() {}
