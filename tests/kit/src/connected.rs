//! Tools that use accounts of their caller at third parties.

use toolgate::prelude::*;

/// Reads with the Linear account of the person
#[mcp_tool(allow = "everyone", connections = ["linear"])]
async fn read_connected(ctx: &Context, url: String) -> Result<String> {
    let answer = ctx.connection("linear").fetch(ctx.http().get(&url)).await?;
    Ok(answer.text()?.to_owned())
}

/// Reads with the Vault account of the person
#[mcp_tool(allow = "everyone", connections = ["vault"])]
async fn read_vault(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.vault.example/");
    Ok(ctx.connection("vault").fetch(request).await?.text()?.to_owned())
}

/// Sends a credential of its own along with the account's
#[mcp_tool(allow = "everyone", connections = ["linear"])]
async fn connected_twice(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.app/").bearer(&Secret::new("own"));
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}

/// Uses an account, and does not say so
#[mcp_tool(allow = "everyone")]
async fn unsaid_connection(ctx: &Context) -> Result<String> {
    fetch(ctx).await
}

async fn fetch(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.app/");
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}
