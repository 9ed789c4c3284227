//! Tools that run as tasks.

use std::time::Duration;

use serde::Deserialize;
use toolgate::prelude::*;

#[derive(Deserialize, JsonSchema)]
struct Format {
    format: String,
}

/// Converts a film for an hour, which begins when its format is known
#[mcp_tool(allow = "everyone", task = "optional")]
async fn convert(ctx: &Context, film: String) -> Result<String> {
    let begun = ctx.once("begun", async { Ok(ctx.now()) }).await?;
    let Format { format } = ctx.ask("Which format?").await?;
    ctx.progress((1.0, 2.0, "converting"));
    ctx.sleep(Duration::from_secs(3600)).await;
    let took = ctx.now() - begun;
    Ok(format!("{film} as {format} in {took} s"))
}

/// Converts a film that is broken
#[mcp_tool(allow = "staff", task = "required")]
async fn convert_broken(ctx: &Context) -> Result<String> {
    ctx.sleep(Duration::from_secs(1)).await;
    Err(Error::new("the film is broken"))
}

/// Works without an open connection
#[mcp_tool(allow = "everyone")]
async fn work_apart(ctx: &Context) -> &'static str {
    ctx.close_stream();
    ctx.sleep(Duration::from_secs(20)).await;
    "done"
}
