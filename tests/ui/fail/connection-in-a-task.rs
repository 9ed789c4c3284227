use toolgate::prelude::*;

/// Files an issue, and goes on without its caller
#[mcp_tool(allow = "everyone", connections = ["linear"], task = "optional")]
async fn file_issue(ctx: &Context) -> Result<String> {
    let request = ctx.http().get("https://api.linear.example/issues");
    let _ = request;
    Ok(String::new())
}

fn main() {}
