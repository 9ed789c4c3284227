/// Limits
#[mcp_tool(allow = "everyone")]
fn limits(
    /// Steps
    #[arg(range = 4..=8, default = 4)]
    steps: u8,
    /// Ratio
    #[arg(range = 0.0..1.0)]
    ratio: Option<f32>,
    /// Offset
    #[arg(range = ..10, default = -3)]
    offset: i64,
    /// Color
    #[arg(min_len = 1, max_len = 10, default = "red \"rose\"")]
    color: String,
    /// Tags
    #[arg(max_len = 1)]
    tags: Option<Vec<String>>,
    /// Max results
    #[arg(name = "maxResults", default = 10)]
    max_results: usize,
    /// Verbose
    #[arg(default = false)]
    verbose: bool,
) -> String {
    color
}
