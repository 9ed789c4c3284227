//! Tools that run as tasks.

use std::future::IntoFuture as _;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Runs {
    started: u32,
    work_done: u32,
    finished: u32,
}

/// How often the caller's tasks were started, did their work and came to their end
#[mcp_tool(allow = "everyone")]
async fn runs(ctx: &Context) -> Result<String> {
    let Runs { started, work_done, finished } = ctx.state().get().await?.unwrap_or_default();
    Ok(format!("{started} {work_done} {finished}"))
}

/// Works for a while, in steps
#[mcp_tool(allow = "everyone", task = "optional")]
async fn work(
    ctx: &Context,
    /// For how long
    milliseconds: u32,
    /// Repeated in the result
    label: String,
) -> Result<String> {
    let runs = ctx.state::<Runs>();
    runs.update(|runs| runs.started += 1).await?;
    ctx.progress((1.0, 2.0, "at work"));
    ctx.once("work", async { Ok(runs.update(|runs| runs.work_done += 1).await?) }).await?;
    ctx.sleep(Duration::from_millis(milliseconds.into())).await;
    runs.update(|runs| runs.finished += 1).await?;
    Ok(format!("{label} done"))
}

/// Fails in a way that the model should see
#[mcp_tool(allow = "everyone", task = "required")]
async fn fail() -> Result<()> {
    Err(Error::new("no such file"))
}

/// Fails in a way that the client should see
#[mcp_tool(allow = "everyone", task = "required")]
async fn break_down() -> Result<()> {
    Err(Error::protocol("the printer is on fire"))
}

/// Is for those whom the policy lets
#[mcp_tool(allow = "employees", task = "required")]
async fn guarded(ctx: &Context) -> Result<String> {
    ctx.sleep(Duration::from_secs(60)).await;
    Ok("never".to_owned())
}

#[derive(Deserialize, JsonSchema)]
struct Name {
    name: String,
}

/// Asks twice, one question after the other
#[mcp_tool(allow = "everyone", task = "optional")]
async fn interview(ctx: &Context) -> Result<String> {
    let runs = ctx.state::<Runs>();
    ctx.once("start", async { Ok(runs.update(|runs| runs.work_done += 1).await?) }).await?;
    let first: Name = ctx.ask("First name?").key("first").await?;
    let last: Name = ctx.ask("Last name?").key("last").await?;
    Ok(format!("{} {}", first.name, last.name))
}

/// Asks before it becomes a task
#[mcp_tool(allow = "everyone", task = "optional")]
async fn prepare(ctx: &Context) -> Result<String> {
    let runs = ctx.state::<Runs>();
    ctx.once("start", async { Ok(runs.update(|runs| runs.work_done += 1).await?) }).await?;
    let asked: Name = ctx.ask("Whom for?").await?;
    ctx.start_task().await;
    runs.update(|runs| runs.finished += 1).await?;
    ctx.sleep(Duration::from_millis(100)).await;
    Ok(format!("prepared for {}", asked.name))
}

/// Asks, and goes on by itself after a moment
#[mcp_tool(allow = "everyone", task = "required")]
async fn impatient(ctx: &Context) -> Result<&'static str> {
    let asked = ctx.ask::<Name>("Anybody there?").key("patience").into_future();
    let moment = Box::pin(ctx.sleep(Duration::from_millis(800)));
    if let Either::Left((name, _)) = select(asked, moment).await {
        name?;
        return Ok("was answered");
    }
    ctx.sleep(Duration::from_millis(800)).await;
    Ok("went on without")
}

/// Waits to be cancelled and cleans up
#[mcp_tool(allow = "everyone", task = "optional")]
async fn tidy(ctx: &Context) -> Result<()> {
    ctx.cancelled().await;
    Ok(ctx.state::<Runs>().update(|runs| runs.finished += 100).await?)
}

/// Says many times at once that the list of tools is another one
#[mcp_tool(allow = "everyone")]
async fn announce(
    ctx: &Context,
    /// How many times
    times: u32,
) -> Result<()> {
    join_all((0..times).map(|_| ctx.tools_changed())).await.into_iter().collect()
}

/// Gives back a large text
#[mcp_tool(allow = "everyone", task = "optional")]
async fn echo(
    /// The text
    text: String,
) -> String {
    text
}
