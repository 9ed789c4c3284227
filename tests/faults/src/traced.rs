//! Calls whose spans are read.

use std::time::Duration;

use toolgate::prelude::*;

/// Works in spans, one inside of the other, while another call may do the same
#[mcp_tool(allow = "everyone")]
async fn work_in_spans(
    ctx: &Context,
    /// Of the outer span
    name: String,
    /// For how long, twice
    milliseconds: u32,
) -> Result<()> {
    ctx.span(&name, async {
        ctx.sleep(Duration::from_millis(milliseconds.into())).await;
        ctx.span("inner", ctx.sleep(Duration::from_millis(milliseconds.into()))).await;
    })
    .await;
    Ok(())
}

/// Sends a request in a span, and gives the headers by which it tells of its trace
#[mcp_tool(allow = "everyone")]
async fn trace_outside(
    ctx: &Context,
    /// Where to
    address: String,
) -> Result<String> {
    Ok(ctx.span("outside", ctx.http().get(&address).send()).await?.text()?.to_owned())
}
