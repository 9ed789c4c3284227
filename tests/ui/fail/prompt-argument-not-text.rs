use toolgate::prelude::*;

struct Style;

/// Greet
#[mcp_prompt(allow = "everyone")]
fn greet(names: Vec<String>, style: Option<Style>) -> String {
    names.join(", ")
}

fn main() {}
