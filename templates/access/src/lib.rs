//! The tools of this server. Who may call them is in mcp.toml.

use toolgate::prelude::*;

/// Adds two numbers
#[mcp_tool(allow = "everyone", read_only)]
fn add(
    /// First addend
    a: f64,
    /// Second addend
    b: f64,
) -> f64 {
    a + b
}

/// Greets the person who is signed in
#[mcp_tool(allow = "staff", title = "Greet me", read_only)]
async fn greet(
    ctx: &Context,
    /// The greeting
    #[arg(default = "Hello")]
    greeting: String,
) -> String {
    let caller = ctx.caller();
    let name = caller.name.as_deref().or(caller.email.as_deref()).unwrap_or("stranger");
    format!("{greeting}, {name}!")
}

toolgate::serve!();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_functions() {
        assert_eq!(add(23.0, 19.0), 42.0);
    }
}
