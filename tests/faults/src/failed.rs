//! Calls that fail, and calls that reach other servers.

use toolgate::prelude::*;
use toolgate::tool::ToolResult;
use toolgate::worker::{Method, Request};

/// Fails by an error whose words are not for the caller
#[mcp_tool(allow = "everyone")]
fn fail_inside() -> Result<u32> {
    Ok("many".parse::<u32>()?)
}

/// Fails because the person said no
#[mcp_tool(allow = "everyone")]
fn decline() -> Result<()> {
    Err(Refusal::Declined)?
}

/// Fails with a result that has no text
#[mcp_tool(allow = "everyone")]
fn fail_without_words() -> ToolResult {
    ToolResult { is_error: true, ..ToolResult::default() }
}

/// Sends requests that nothing answers, both ways
#[mcp_tool(allow = "everyone")]
async fn reach(
    ctx: &Context,
    /// Where to
    addresses: Vec<String>,
) -> Result<()> {
    for address in addresses {
        let _ = ctx.http().get(&address).send().await;
        if let Ok(request) = Request::new(&address, Method::Get) {
            let _ = ctx.fetch(request).await;
        }
    }
    Ok(())
}

/// Prompts by an error whose words are not for the caller
#[mcp_prompt(allow = "everyone")]
fn prompt_inside() -> Result<String> {
    Ok("many".parse::<u32>()?.to_string())
}
