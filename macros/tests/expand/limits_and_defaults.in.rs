#[mcp_tool(allow = "everyone")]
fn limits(
    #[arg(range = 4..=8, default = 4)] steps: u8,
    #[arg(range = 0.0..1.0)] ratio: Option<f32>,
    #[arg(range = ..10, default = -3)] offset: i64,
    #[arg(min_len = 1, max_len = 10, default = "red \"rose\"")] color: String,
    #[arg(max_len = 1)] tags: Option<Vec<String>>,
    #[arg(name = "maxResults", default = 10)] max_results: usize,
    #[arg(default = false)] verbose: bool,
) -> String {
    color
}
