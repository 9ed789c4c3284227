//! What a tool can tell while it runs.

use std::time::Duration;

use toolgate::prelude::*;

const A_MOMENT: Duration = Duration::from_millis(50);

/// Writes to the client's log while it runs
#[mcp_tool(allow = "everyone")]
async fn test_tool_with_logging(ctx: &Context) -> &'static str {
    ctx.info("Tool execution started");
    ctx.sleep(A_MOMENT).await;
    ctx.info("Tool processing data");
    ctx.sleep(A_MOMENT).await;
    ctx.info("Tool execution completed");
    "Tool with logging executed successfully"
}

/// Writes to the client's log once
#[mcp_tool(allow = "everyone")]
fn test_logging_tool(ctx: &Context) -> &'static str {
    ctx.info("Logging was asked for");
    "Logging tool completed"
}

/// Reports how far it is
#[mcp_tool(allow = "everyone")]
async fn test_tool_with_progress(ctx: &Context) -> &'static str {
    for (done, message) in [(0.0, "Starting"), (50.0, "Halfway"), (100.0, "Complete")] {
        ctx.progress((done, 100.0, message));
        ctx.sleep(A_MOMENT).await;
    }
    "Tool with progress executed successfully"
}

/// Ends the stream of its answer, so that the client has to come back for the result
#[mcp_tool(allow = "everyone")]
async fn test_reconnection(ctx: &Context) -> &'static str {
    ctx.close_stream();
    ctx.sleep(Duration::from_millis(100)).await;
    "Reconnection test completed successfully. If you received this, the client properly reconnected after stream closure."
}
