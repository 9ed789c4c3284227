use toolgate::prelude::*;

/// Orders
#[mcp_tool(allow = "everyone")]
fn order(
    /// What
    #[arg(pattern = r"(?i)a")]
    first: String,
    /// What
    #[arg(pattern = r"\Aa\z")]
    second: String,
    /// What
    #[arg(pattern = "[[:alpha:]]")]
    third: String,
) {
}

fn main() {}
