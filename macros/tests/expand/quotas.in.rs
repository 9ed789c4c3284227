/// Draws
#[mcp_tool(allow = "everyone", quota = "costly")]
async fn draw(ctx: &Context) -> Result<String> {
    ctx.quota().spend(2).await?;
    Ok(String::new())
}
