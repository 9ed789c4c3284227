use toolgate::prelude::*;

/// Finds issues, and goes on without its caller
#[mcp_tool(config = "../config/connections.toml", allow = "everyone", connections = ["linear"], task = "optional")]
async fn find_issues(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/");
    Ok(ctx.connection("linear").fetch(request).await?.text()?.to_owned())
}

fn main() {}
