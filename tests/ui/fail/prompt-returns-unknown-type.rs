use toolgate::prelude::*;

struct Greeting;

/// Greet
#[mcp_prompt(allow = "everyone")]
fn greet() -> Result<Greeting> {
    Ok(Greeting)
}

fn main() {}
