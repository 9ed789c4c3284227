/// Nothing
#[mcp_tool(allow = "everyone")]
async fn nothing(ctx: &Context) -> String {
    ctx.progress(0.5);
    ctx.caller().subject.clone()
}
/// Asks
#[mcp_tool(allow = "everyone")]
async fn asks(ctx: &Context) -> Result<String> {
    ctx.ask("What is your name?").await
}
/// Keeps
#[mcp_tool(allow = "everyone")]
async fn keeps(ctx: &Context) -> Result<u32> {
    ctx.info("counting");
    ctx.state::<u32>().update(|count| *count += 1).await
}
/// Hands it on
#[mcp_tool(allow = "everyone")]
async fn hands_it_on(ctx: &Context) -> String {
    helper(ctx).await
}

/// Acts as its caller
#[mcp_tool(allow = "everyone", as_caller)]
async fn acts(ctx: &Context) -> Result<String> {
    Ok(ctx.as_caller().get("https://wiki.example.com/").send().await?.text()?.to_owned())
}
