//! Telling those who listen that something changed.

use toolgate::prelude::*;

/// Tells clients that the list of tools changed
#[mcp_tool(allow = "everyone")]
async fn test_trigger_tool_change(ctx: &Context) -> Result<&'static str> {
    ctx.tools_changed().await?;
    Ok("Tool list change announced")
}

/// Tells clients that the list of prompts changed
#[mcp_tool(allow = "everyone")]
async fn test_trigger_prompt_change(ctx: &Context) -> Result<&'static str> {
    ctx.prompts_changed().await?;
    Ok("Prompt list change announced")
}

/// Tells clients that the watched resource changed
#[mcp_tool(allow = "everyone")]
async fn test_trigger_resource_update(ctx: &Context) -> Result<&'static str> {
    ctx.resource_updated("test://watched-resource").await?;
    Ok("Resource update announced")
}
