//! Functions whose calls are charged.

use std::time::Duration;

use serde::Deserialize;
use toolgate::prelude::*;

/// Draws so many pictures
#[mcp_tool(allow = "everyone", quota = "costly")]
async fn draw(ctx: &Context, #[arg(default = 1)] pictures: u32) -> Result<String> {
    if pictures != 1 {
        // One is paid by the call.
        ctx.quota().spend(pictures.saturating_sub(1)).await?;
    }
    Ok(format!("{pictures} drawn"))
}

#[derive(Deserialize, JsonSchema)]
struct Order {
    /// How many
    pictures: u32,
}

/// Draws after a question: 1 unit of the call, 2 before the question, 3 once, and one for each picture
#[mcp_tool(allow = "everyone", quota = "costly")]
async fn draw_order(ctx: &Context) -> Result<String> {
    ctx.quota().spend(2).await?;
    let paper = async {
        ctx.quota().spend(3).await?;
        Ok("paper".to_owned())
    };
    let paper: String = ctx.once("paper", paper).await?;
    let order: Order = ctx.ask("How many pictures?").await?;
    ctx.quota().spend(order.pictures).await?;
    Ok(format!("{} on {paper}", order.pictures))
}

/// Draws within a task: 1 unit of the call, 2 before the question, and one for each picture
#[mcp_tool(allow = "everyone", quota = "costly", task = "optional")]
async fn draw_slowly(ctx: &Context) -> Result<String> {
    ctx.quota().spend(2).await?;
    let order: Order = ctx.ask("How many pictures?").await?;
    ctx.quota().spend(order.pictures).await?;
    Ok(format!("{} drawn slowly", order.pictures))
}

/// Becomes a task after it was charged
#[mcp_tool(allow = "everyone", quota = "costly", task = "optional")]
async fn draw_later(ctx: &Context) -> Result<String> {
    ctx.quota().spend(2).await?;
    ctx.start_task().await;
    ctx.sleep(Duration::from_millis(100)).await;
    Ok("drawn later".to_owned())
}

/// Spends units of a helper's
#[mcp_tool(allow = "staff", quota = "costly")]
async fn draw_for_staff(ctx: &Context) -> Result<String> {
    pay(ctx, 4).await?;
    Ok("drawn for staff".to_owned())
}

async fn pay(ctx: &Context, units: u32) -> Result<()> {
    ctx.quota().spend(units).await
}

/// Uses what all callers share, after their own
#[mcp_tool(allow = "everyone", quota = "scarce")]
async fn scan() -> &'static str {
    "scanned"
}

/// Uses what all callers share, in leases
#[mcp_tool(allow = "everyone", quota = "plenty")]
async fn look(ctx: &Context, #[arg(default = 1)] units: u32) -> Result<&'static str> {
    if units > 1 {
        ctx.quota().spend(units - 1).await?;
    }
    Ok("looked")
}

/// Runs when nobody can count
#[mcp_tool(allow = "everyone", quota = "lenient")]
fn glance() -> &'static str {
    "glanced"
}

/// Whispers a few times a minute
#[mcp_tool(allow = "whisperers")]
async fn whisper(ctx: &Context, #[arg(default = 1)] words: u32) -> Result<String> {
    if words > 1 {
        pay(ctx, words - 1).await?;
    }
    Ok(format!("{words} whispered"))
}

/// Whispers in a prompt
#[mcp_prompt(allow = "whisperers")]
fn whispering(#[arg(complete = ["low", "lower"])] voice: String) -> String {
    format!("Whisper in a {voice} voice.")
}

/// A whispered text
#[mcp_resource(uri = "whisper://text", allow = "whisperers")]
fn whispered() -> &'static str {
    "psst"
}
