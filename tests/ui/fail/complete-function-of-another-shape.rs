use toolgate::prelude::*;

fn names(typed: String, most: usize) -> Vec<String> {
    vec![typed; most]
}

#[mcp_prompt(allow = "everyone")]
fn greet(#[arg(complete = names)] name: String) -> String {
    name
}

fn main() {}
