use toolgate::prelude::*;

/// Greeting
#[mcp_prompt(allow = "everyone")]
async fn greeting(ctx: &Context) -> Result<String> {
    Ok(ctx.as_caller().get("https://wiki.example.com/").send().await?.text()?.to_owned())
}

fn main() {}
