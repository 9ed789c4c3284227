use toolgate::prelude::*;

/// Greet
#[mcp_prompt(title = "Greeting")]
fn greet() -> String {
    String::new()
}

fn main() {}
