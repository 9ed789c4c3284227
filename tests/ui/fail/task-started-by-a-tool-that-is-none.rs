use toolgate::prelude::*;

/// Export
#[mcp_tool(allow = "everyone")]
async fn export(ctx: &Context) {
    ctx.start_task().await;
}

fn main() {}
