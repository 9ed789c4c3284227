/// Adds
#[mcp_tool(allow = "everyone")]
fn add(
    ctx: &Context,
    a: f64,
    /// The second one
    b: f64,
    filter: Filter,
) -> f64 {
    a + b
}
/// Greets
#[allow(deprecated)]
#[mcp_prompt(allow = "everyone")]
fn greet(name: String, #[arg(description = "How")] tone: String) -> String {
    name
}
