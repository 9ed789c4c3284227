use toolgate::prelude::*;

/// Finds pages
#[mcp_tool(allow = "everyone")]
async fn find_pages(ctx: &Context) -> Result<String> {
    let request = ctx.as_caller().get("https://wiki.example.com/");
    Ok(request.send().await?.text()?.to_owned())
}

fn main() {}
