use toolgate::prelude::*;

/// Finds pages
#[mcp_tool(allow = "everyone", as_caller)]
async fn find_pages(ctx: &Context, words: String) -> Result<String> {
    let request = ctx.as_caller().get("https://wiki.example.com/").query("words", &words);
    Ok(request.send().await?.text()?.to_owned())
}

/// Hands the context on
#[mcp_tool(allow = "everyone", as_caller = true)]
async fn find_more_pages(ctx: &Context) -> Result<String> {
    search(ctx).await
}

async fn search(ctx: &Context) -> Result<String> {
    let token = ctx.as_caller().token().await?;
    Ok(format!("{token:?}"))
}

fn main() {}
