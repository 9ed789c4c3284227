use toolgate::prelude::*;

/// Greeting
#[mcp_prompt(allow = "everyone")]
async fn greeting(ctx: &Context) -> String {
    ctx.start_task().await;
    "Hello".to_owned()
}

fn main() {}
