use toolgate::prelude::*;

/// Draws
#[mcp_tool(config = "../config/quotas.toml", allow = "writers", quota = "costly")]
async fn draw(ctx: &Context, pictures: u32) -> Result<String> {
    ctx.quota().spend(pictures).await?;
    Ok(String::new())
}

/// Shares a quota, and takes no context
#[mcp_tool(config = "../config/quotas.toml", allow = "writers", quota = "costly", task = "optional")]
fn paint() -> String {
    String::new()
}

/// Has units by the rate of its policy
#[mcp_tool(config = "../config/quotas.toml", allow = "printers")]
async fn print(ctx: &Context) -> Result<String> {
    ctx.quota().spend(2).await?;
    Ok(String::new())
}

fn main() {}
