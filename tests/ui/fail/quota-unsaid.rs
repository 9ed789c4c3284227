use toolgate::prelude::*;

/// Draws
#[mcp_tool(config = "../config/quotas.toml", allow = "writers")]
async fn draw(ctx: &Context, pictures: u32) -> Result<String> {
    ctx.quota().spend(pictures).await?;
    Ok(String::new())
}

fn main() {}
