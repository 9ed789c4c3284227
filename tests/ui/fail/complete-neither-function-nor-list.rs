use toolgate::prelude::*;

/// Greet
#[mcp_prompt(allow = "everyone")]
fn greet(#[arg(complete = "Ada")] name: String, #[arg(complete)] tone: String) -> String {
    name + &tone
}

fn main() {}
