//! Tools that go wrong: they panic, hang, use up what there is, or talk too much.

mod failed;
mod stored;
mod traced;

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde::Deserialize;
use toolgate::prelude::*;

/// Lives as long as the instance: it begins anew when the instance does.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Calls that were told to stop.
static CANCELLED: AtomicU32 = AtomicU32::new(0);

/// Calls whose future was dropped before its end.
static DROPPED: AtomicU32 = AtomicU32::new(0);

/// Runs of `order`, and of what it does once.
static RUNS: AtomicU32 = AtomicU32::new(0);
static ORDERS: AtomicU32 = AtomicU32::new(0);

fn next(counter: &AtomicU32) -> u32 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

fn now(counter: &AtomicU32) -> u32 {
    counter.load(Ordering::Relaxed)
}

/// Counts the calls of this instance
#[mcp_tool(allow = "everyone")]
fn count() -> u32 {
    next(&COUNT)
}

/// Panics at once
#[mcp_tool(allow = "everyone")]
fn panic_at_once() -> u8 {
    let empty: Vec<u8> = Vec::new();
    empty[black_box(3)]
}

/// Panics after a while, with words that nobody else must read
#[mcp_tool(allow = "everyone")]
async fn panic_later(
    ctx: &Context,
    /// For how long
    milliseconds: u32,
) -> String {
    ctx.sleep(Duration::from_millis(milliseconds.into())).await;
    panic!("the password is hunter2")
}

/// Panics after it has told of its progress
#[mcp_tool(allow = "everyone")]
async fn panic_after_progress(ctx: &Context) -> String {
    ctx.progress(1.0);
    ctx.sleep(Duration::from_millis(20)).await;
    panic!("half done")
}

/// Panics with what it was given in its hands
#[mcp_tool(allow = "everyone")]
fn panic_with(
    /// The text
    text: String,
) -> usize {
    assert!(text.is_empty(), "{} bytes", text.len());
    0
}

/// Panics with words of the caller
#[mcp_tool(allow = "everyone")]
fn panic_saying(
    /// The words
    words: String,
) -> u8 {
    panic!("{words}")
}

/// Panics as a task
#[mcp_tool(allow = "everyone", task = "required")]
async fn panic_as_task(ctx: &Context) -> String {
    ctx.sleep(Duration::from_millis(20)).await;
    panic!("nobody is looking")
}

/// Panics many frames down
#[mcp_tool(allow = "everyone")]
fn panic_deep(
    /// How many frames
    depth: u32,
) -> u32 {
    deep(depth)
}

#[inline(never)]
fn deep(depth: u32) -> u32 {
    let mut frame = [depth; 64];
    black_box(&mut frame);
    assert!(depth > 0, "at the bottom");
    deep(depth - 1) + frame[3]
}

/// Panics when its future is dropped, which happens at its time limit
#[mcp_tool(allow = "everyone")]
async fn panic_when_dropped() -> u8 {
    let _bomb = Bomb;
    std::future::pending().await
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

/// Recurses for ever
#[mcp_tool(allow = "everyone")]
fn overflow() -> u32 {
    endless(1)
}

#[inline(never)]
#[expect(unconditional_recursion, reason = "what the tool is for")]
fn endless(depth: u32) -> u32 {
    let mut frame = [depth; 64];
    black_box(&mut frame);
    endless(depth + 1) + frame[3]
}

/// Recurses for ever, with nothing on the stack of the wasm memory
#[mcp_tool(allow = "everyone")]
fn overflow_thin() -> u32 {
    thin(1)
}

#[inline(never)]
#[expect(unconditional_recursion, reason = "what the tool is for")]
fn thin(depth: u32) -> u32 {
    black_box(thin(black_box(depth) + 1)) + 1
}

/// Waits
#[mcp_tool(allow = "everyone")]
async fn sleep(
    ctx: &Context,
    /// For how long
    milliseconds: u32,
) -> &'static str {
    ctx.sleep(Duration::from_millis(milliseconds.into())).await;
    "slept"
}

/// Never ends
#[mcp_tool(allow = "everyone")]
async fn hang() -> u8 {
    let _dropped = CountsDrop;
    std::future::pending().await
}

struct CountsDrop;

impl Drop for CountsDrop {
    fn drop(&mut self) {
        next(&DROPPED);
    }
}

/// Ends when it is told to
#[mcp_tool(allow = "everyone")]
async fn until_cancelled(ctx: &Context) -> &'static str {
    ctx.progress(1.0);
    ctx.cancelled().await;
    next(&CANCELLED);
    "stopped"
}

/// What became of other calls: cancelled, dropped
#[mcp_tool(allow = "everyone")]
fn ends() -> String {
    format!("{} {}", now(&CANCELLED), now(&DROPPED))
}

/// Counts up to a number and tells of each step, with a pause between
#[mcp_tool(allow = "everyone")]
async fn steps(
    ctx: &Context,
    /// How many
    count: u32,
    /// For how long
    milliseconds: u32,
) -> u32 {
    for step in 1..=count {
        ctx.progress((f64::from(step), f64::from(count), format!("step {step}")));
        ctx.info(format!("step {step}"));
        ctx.sleep(Duration::from_millis(milliseconds.into())).await;
    }
    count
}

/// Logs very much without a pause
#[mcp_tool(allow = "everyone")]
fn chatter(
    ctx: &Context,
    /// How many
    count: u32,
) -> u32 {
    for step in 0..count {
        ctx.warning(format!("message {step}"));
        ctx.progress(f64::from(step));
    }
    count
}

#[derive(Deserialize, JsonSchema)]
struct Choice {
    /// How many
    amount: u32,
}

/// Places an order once, however often it has to ask
#[mcp_tool(allow = "everyone")]
async fn order(
    ctx: &Context,
    /// What is ordered
    item: String,
) -> Result<String> {
    let run = next(&RUNS);
    let number = ctx.once("order", async { Ok(next(&ORDERS)) }).await?;
    let first: Choice = ctx.ask(format!("How many of {item}?")).await?;
    let second: Choice = ctx.ask("And how many boxes?").key("boxes").await?;
    Ok(format!("order {number}: {} {item} in {} boxes, run {run}", first.amount, second.amount))
}

/// Asks two things at once
#[mcp_tool(allow = "everyone")]
async fn both(ctx: &Context) -> Result<String> {
    let asked = ["a", "b"].map(|key| async move {
        let choice: Choice = ctx.ask(key).key(key).await?;
        Result::<u32>::Ok(choice.amount)
    });
    let amounts = join_all(asked).await.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(format!("{amounts:?}"))
}

/// Asks if it can, and does without otherwise
#[mcp_tool(allow = "everyone")]
async fn polite(ctx: &Context) -> Result<String> {
    match ctx.ask::<Choice>("How many?").await {
        Ok(choice) => Ok(choice.amount.to_string()),
        Err(Refusal::Unsupported) => Ok("one".to_owned()),
        Err(Refusal::Declined) => Ok("none".to_owned()),
        Err(other) => Err(other.into()),
    }
}

/// Who calls, as the function is told
#[mcp_tool(allow = "everyone")]
fn whoami(user: &Caller) -> String {
    let email = user.email.as_deref().unwrap_or("nobody");
    format!("{email} of {} with {}", user.groups.join(", "), user.scopes.join(" "))
}

/// Asks another server, as part of the caller's trace
#[mcp_tool(allow = "everyone", open_world)]
async fn upstream(
    ctx: &Context,
    /// Where to
    url: String,
) -> Result<u16> {
    let request = toolgate::worker::Request::new(&url, toolgate::worker::Method::Get)?;
    Ok(ctx.fetch(request).await?.status_code())
}

/// Tells another server a secret, and tells what it answers
#[mcp_tool(allow = "everyone", open_world)]
async fn tell_server(
    ctx: &Context,
    /// Where to
    url: String,
) -> Result<String> {
    let request = ctx.http().post(&url).query("to", "a&b").bearer(&Secret::new("canary"));
    let request = request.json(&["é"]).timeout(Duration::from_secs(2)).limit(100_000);
    let answer = request.send().await.map_err(Error::new)?;
    let kind = answer.header("Content-Type").unwrap_or_default();
    Ok(format!("{} {kind} {}", answer.status(), answer.text()?))
}

/// The trace that the call is part of
#[mcp_tool(allow = "everyone")]
fn trace(ctx: &Context) -> String {
    ctx.trace().map_or_else(|| "none".to_owned(), |trace| trace.parent.clone())
}

toolgate::serve!();
