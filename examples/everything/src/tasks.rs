//! Tools that run as tasks, which a client starts, leaves, and asks for later (extension
//! `io.modelcontextprotocol/tasks`).

use std::time::Duration;

use serde::Deserialize;
use toolgate::prelude::*;

use crate::input_required::Name;

/// Greets at once, and is never a task
#[mcp_tool(allow = "everyone", read_only)]
fn greet(
    /// Whom
    name: String,
) -> String {
    format!("Hello, {name}!")
}

/// Takes its time; a task where the client knows tasks
#[mcp_tool(allow = "everyone", task = "optional")]
async fn slow_compute(
    ctx: &Context,
    /// How long it takes
    #[arg(range = 0.0..=300.0, default = 1.0)]
    seconds: f64,
    /// Repeated in the result
    #[arg(default = "compute")]
    label: String,
) -> String {
    ctx.sleep(Duration::from_secs_f64(seconds)).await;
    format!("slow_compute({label}) done after {seconds} s")
}

/// Fails after a moment, in a way that the model should see; always a task
#[mcp_tool(allow = "everyone", task = "required")]
async fn failing_job(ctx: &Context) -> Result<()> {
    ctx.sleep(Duration::from_millis(500)).await;
    Err(Error::new("failing_job: this tool always fails"))
}

/// Fails after a moment, as if the server were broken
#[mcp_tool(allow = "everyone", task = "optional")]
async fn protocol_error_job(ctx: &Context) -> Result<()> {
    ctx.sleep(Duration::from_millis(200)).await;
    Err(Error::protocol("protocol_error_job: this tool always breaks"))
}

#[derive(Deserialize, JsonSchema)]
struct Confirmation {
    /// Whether to delete the file
    confirm: bool,
}

/// Asks before it deletes
#[mcp_tool(allow = "everyone", task = "required", destructive)]
async fn confirm_delete(
    ctx: &Context,
    /// The file
    #[arg(default = "file.txt")]
    filename: String,
) -> Result<String> {
    let Confirmation { confirm } = ctx.ask(format!("Delete {filename}?")).key("confirm").await?;
    Ok(if confirm { format!("Deleted {filename}") } else { format!("Kept {filename}") })
}

/// Asks two things at once
#[mcp_tool(allow = "everyone", task = "required")]
async fn multi_input(ctx: &Context) -> Result<String> {
    let (first, second) = join!(
        ctx.ask::<Name>("What is the first name?").key("first"),
        ctx.ask::<Name>("What is the second name?").key("second"),
    );
    Ok(format!("{} and {}", first?.name, second?.name))
}

/// Asks first, and goes on as a task
#[mcp_tool(allow = "everyone", task = "required")]
async fn test_tool_with_task(ctx: &Context) -> Result<String> {
    let Name { name } = ctx.ask("What is your name?").key("user_name").await?;
    ctx.start_task().await;
    ctx.sleep(Duration::from_millis(200)).await;
    Ok(format!("Worked for {name}"))
}
