//! The tool of bench/soak.mjs.

use std::time::Duration;

use toolgate::prelude::*;

/// Says who called, and gives the mark back, after some steps
#[mcp_tool(allow = "everyone")]
async fn echo(
    ctx: &Context,
    user: &Caller,
    /// What to give back
    mark: String,
    /// How many steps to take, and to announce
    steps: u32,
    /// How long each takes
    pause_ms: u32,
    /// Bytes of the answer that mean nothing
    padding: u32,
) -> String {
    for step in 0..steps {
        ctx.sleep(Duration::from_millis(u64::from(pause_ms))).await;
        ctx.progress((f64::from(step + 1), f64::from(steps), mark.as_str()));
    }
    let email = user.email.as_deref().unwrap_or_default();
    format!("{email} {mark} {}", "x".repeat(padding as usize))
}

toolgate::serve!();
