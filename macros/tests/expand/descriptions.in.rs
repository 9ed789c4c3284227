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
#[doc = include_str!("search.md")]
#[mcp_tool(allow = "everyone")]
fn search(
    /// Begins
    #[doc = concat!("with ", "this")]
    query: std::string::String,
    #[arg(description = LIMIT)] limit: ::core::option::Option<u8>,
    #[doc = ORDER]
    order: Option<Order>,
    filter: Filter,
) -> String {
    query
}
#[mcp_prompt(allow = "everyone", description = GREETING)]
fn welcome(#[arg(description = include_str!("name.md"))] name: std::option::Option<String>) -> String {
    name
}
