use toolgate::prelude::*;

/// Two
#[mcp_tool(name = "two words", titel = "Two", read_only = "yes")]
unsafe fn two(#[arg(range = 9..=1)] a: u8, b: &str, (c, d): (u8, u8)) -> impl ToString {
    a
}

fn main() {}
