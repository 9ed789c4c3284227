use toolgate::prelude::*;

/// Export
#[mcp_tool(allow = "everyone", task = "optional", as_caller)]
async fn export(ctx: &Context) -> Result<String> {
    Ok(ctx.as_caller().get("https://wiki.example.com/").send().await?.text()?.to_owned())
}

fn main() {}
