use toolgate::prelude::*;

struct Greeting;

#[mcp_prompt(allow = "everyone")]
fn greet() -> Result<Greeting> {
    Ok(Greeting)
}

fn main() {}
