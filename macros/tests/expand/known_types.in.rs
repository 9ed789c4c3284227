/// Performs basic addition of numbers
///
/// In floating point.
#[mcp_tool(allow = "everyone")]
#[must_use]
pub(crate) fn add(
    /// First addend
    a: f64,
    /// Second addend
    mut b: f64,
    /// List
    list: Vec<Vec<i8>>,
    /// Flag
    flag: Option<bool>,
    /// Type
    #[allow(unused)]
    r#type: String,
) -> f64 {
    a + b
}
