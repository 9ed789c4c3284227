//! Functions guarded by scopes and by their own arguments.

use toolgate::prelude::*;

/// Draws a picture
#[mcp_tool(allow = "image-makers")]
fn draw(
    /// What is to be seen
    prompt: String,
) -> String {
    format!("a picture of {prompt}")
}

/// Spends money
#[mcp_tool(allow = "small-spenders")]
fn spend(
    /// How much
    amount: f64,
) -> String {
    format!("spent {amount}")
}

/// Turns everything off
#[mcp_tool(allow = "administrators")]
fn shut_down() -> &'static str {
    "off"
}

/// A note
#[mcp_resource("note:///{slug}", allow = "not-secret")]
fn note(slug: String) -> String {
    format!("the note {slug}")
}
