use toolgate::prelude::*;

#[mcp_prompt(allow = "everyone", read_only)]
fn greet(#[arg(default = "Ada")] name: String) -> String {
    name
}

fn main() {}
