#![deny(deprecated)]
use toolgate::prelude::*;

/// Adds two numbers
#[mcp_tool(allow = "everyone")]
fn add(ctx: &Context, user: &Caller, first: f64, #[arg(default = 1.0)] second: f64) -> f64 {
    let _ = (ctx, user);
    first + second
}

/// Greets
#[mcp_prompt(allow = "everyone")]
fn greet(name: String) -> String {
    name
}

/// A type may describe itself, and a variable of a URI has no description
#[mcp_resource(allow = "everyone", uri = "docs://{chapter}")]
fn chapter(chapter: String) -> String {
    chapter
}

fn main() {}
