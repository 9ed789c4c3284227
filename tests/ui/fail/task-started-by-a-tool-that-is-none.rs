use toolgate::prelude::*;

#[mcp_tool(allow = "everyone")]
async fn export(ctx: &Context) {
    ctx.start_task().await;
}

fn main() {}
