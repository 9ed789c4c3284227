use toolgate::prelude::*;

fn names(typed: String, most: usize) -> Vec<String> {
    vec![typed; most]
}

/// Greet
#[mcp_prompt(allow = "everyone")]
fn greet(
    /// Whom
    #[arg(complete = names)]
    name: String,
) -> String {
    name
}

fn main() {}
