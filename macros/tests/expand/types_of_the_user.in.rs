/// Search
#[mcp_tool(allow = "everyone")]
fn search(
    /// Query
    query: String,
    /// What to leave out
    filter: Option<Filter>,
    #[arg(default = Order::Newest, description = "Sort order")] order: Order,
    pages: Vec<Page>,
) -> Result<Json<Vec<Hit>>, String> {
    Err(query)
}
