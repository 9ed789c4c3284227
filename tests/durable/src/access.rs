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

/// Pays money back
#[mcp_tool(allow = "refunds")]
fn pay_back(
    /// How much
    amount: u32,
) -> String {
    format!("paid back {amount}")
}

/// What everybody earns
#[mcp_resource("note:///salaries", allow = "employees")]
fn salaries() -> &'static str {
    "a lot"
}

/// A file of a project
#[mcp_resource("repo:///{project}/{file}", allow = "public-projects")]
fn file(project: String, #[arg(complete = ["plans", "prices"])] file: String) -> String {
    format!("{file} of {project}")
}

/// What was written in a year
#[mcp_resource("year:///{year}", allow = "not-2024")]
fn year(year: u32) -> String {
    format!("the year {year}")
}
