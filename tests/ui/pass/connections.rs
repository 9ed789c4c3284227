use toolgate::prelude::*;

/// Finds issues
#[mcp_tool(config = "../config/connections.toml", allow = "everyone", connections = ["linear", "github"])]
async fn find_issues(ctx: &Context, words: String) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/").query("words", &words);
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}

/// Hands the context on
#[mcp_tool(config = "../config/connections.toml", allow = "everyone", connections = ["github"])]
async fn find_more(ctx: &Context) -> Result<String> {
    search(ctx).await
}

async fn search(ctx: &Context) -> Result<String> {
    let request = ctx.http().post("https://api.github.example/").json(&1);
    let found = ctx.connection("github").fetch(request).await.map_err(Error::new)?;
    Ok(found.status().to_string())
}

fn main() {}
