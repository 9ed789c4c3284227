use toolgate::prelude::*;

/// Finds issues
#[mcp_tool(allow = "everyone")]
async fn find_issues(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/");
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}

/// Greets
#[mcp_prompt(allow = "everyone")]
async fn greet(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/");
    Ok(ctx.connection("linear").fetch(request).await.map_err(Error::new)?.text()?.to_owned())
}

fn main() {}
