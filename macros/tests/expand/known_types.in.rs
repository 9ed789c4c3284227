/// Performs basic addition of numbers
///
/// In floating point.
#[mcp_tool(allow = "everyone")]
#[must_use]
pub(crate) fn add(
    /// First addend
    a: f64,
    mut b: f64,
    list: Vec<Vec<i8>>,
    flag: Option<bool>,
    #[allow(unused)] r#type: String,
) -> f64 {
    a + b
}
