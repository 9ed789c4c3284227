/// Two
#[mcp_tool(name = "two words", titel = "Two", read_only = "yes")]
fn two(#[arg(range = 9..=1)] a: u8, b: &str) -> u8 {
    a
}
