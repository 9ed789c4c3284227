use toolgate::prelude::*;

/// Finds issues
#[mcp_tool(config = "../config/connections.toml", allow = "everyone", connections = ["linaer"])]
async fn find_issues(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/");
    Ok(ctx.connection("linaer").fetch(request).await?.text()?.to_owned())
}

/// Finds pages
#[mcp_tool(config = "../config/connections.toml", allow = "everyone", connections = ["github", "wiki", "github"])]
async fn find_pages(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.github.example/");
    Ok(ctx.connection("wiki").fetch(request).await?.text()?.to_owned())
}

/// Finds people
#[mcp_tool(config = "../config/quotas.toml", allow = "everyone", connections = ["linear"])]
async fn find_people(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/");
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}

fn main() {}
