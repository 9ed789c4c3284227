use toolgate::prelude::*;

/// Work
#[mcp_tool(
    allow = "everyone",
    icons = [icon("https://example.com/a.png", sizes = "big", theme = "blue", alt = "A"), "b.png"]
)]
fn work() {}

fn main() {}
