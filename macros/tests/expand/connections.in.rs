/// Finds issues
#[mcp_tool(allow = "everyone", connections = ["linear", "github"])]
async fn find_issues(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/");
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}
