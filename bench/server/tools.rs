//! Tools of bench/compare.mjs: each adds, and says how far it is to callers that want to know.
//! bench/prepare.mjs repeats what stands between the marks, once for each tool.

use toolgate::prelude::*;

// tool
/// Adds two numbers
#[mcp_tool(allow = "everyone")]
async fn tool_000(
    ctx: &Context,
    /// First addend
    a: f64,
    /// Second addend
    b: f64,
) -> f64 {
    ctx.progress((1.0, 2.0));
    a + b
}
// end

toolgate::serve!();
