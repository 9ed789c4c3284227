//! Functions that no client starts. They say in the log what they have done, where the tests read it.

mod counter;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;
use toolgate::worker::console_log;

/// The number of runs of the nightly cron.
#[derive(Default, Serialize, Deserialize)]
struct Runs(u32);

/// A job of the queue.
#[derive(Serialize, Deserialize)]
struct Job {
    /// Its name, which says what it does.
    name: String,
}

/// Says how often the nightly cron ran
#[mcp_tool(allow = "everyone")]
async fn runs(ctx: &Context) -> Result<u32> {
    Ok(ctx.server_state::<Runs>().get().await?.unwrap_or_default().0)
}

/// Puts a job into the queue
#[mcp_tool(allow = "everyone")]
async fn add_job(
    ctx: &Context,
    /// Name of the job
    name: String,
) -> Result<()> {
    Ok(ctx.env().queue("JOBS")?.send(Job { name }).await?)
}

#[cron("nightly")]
async fn nightly(ctx: &Context, scheduled: Scheduled) -> Result<()> {
    let kept = ctx.server_state::<Runs>();
    let runs = kept.update(|Runs(runs)| {
        *runs += 1;
        *runs
    });
    let runs = runs.await?;
    console_log!("nightly ran {runs} times, for {}", scheduled.time());
    Ok(())
}

#[cron("report")]
fn report() {
    console_log!("report ran");
}

#[cron("hourly")]
async fn hourly(ctx: &Context) -> Result<()> {
    // The same as anybody's: a key of the server, and other servers.
    let _key = ctx.secret("API_KEY")?;
    ctx.sleep(Duration::from_millis(1)).await;
    console_log!("hourly ran");
    Ok(())
}

#[cron("broken")]
async fn broken(ctx: &Context) -> Result<()> {
    ctx.sleep(Duration::from_millis(1)).await;
    Err(std::io::Error::other("the disk\nis full"))?;
    Ok(())
}

#[cron("rehearsal")]
fn rehearsal() {}

#[queue("jobs")]
async fn work(ctx: &Context, job: Queued<Job>) -> Result<()> {
    ctx.sleep(Duration::from_millis(1)).await;
    let (name, attempts) = (job.body.name.as_str(), job.attempts());
    console_log!("job {name} attempt {attempts}");
    match name {
        "fails" => Err(Error::new("it cannot be done")),
        "fails once" if attempts == 1 => Err(Error::new("not yet")),
        "panics" => panic!("the password is hunter2"),
        "acknowledges and fails" => {
            job.ack();
            Err(Error::new("too late"))
        }
        "waits" => {
            job.retry_after(Duration::from_secs(60));
            Ok(())
        }
        "asks" => ask(ctx).await,
        "acts" => act(ctx).await,
        "remembers" => remember(ctx).await,
        _ => Ok(()),
    }
}

// What needs a caller or a client is seen only when it runs, where it is behind a function of its own.

#[derive(Deserialize, JsonSchema)]
struct Answer {
    #[expect(dead_code, reason = "nobody gives it")]
    yes: bool,
}

async fn ask(ctx: &Context) -> Result<()> {
    ctx.ask::<Answer>("Go on?").await?;
    Ok(())
}

async fn act(ctx: &Context) -> Result<()> {
    ctx.as_caller().get("https://wiki.example.com/").send().await?;
    Ok(())
}

async fn remember(ctx: &Context) -> Result<()> {
    ctx.state::<Runs>().set(&Runs(1)).await?;
    Ok(())
}

#[queue("failed")]
fn bury(job: Job) {
    console_log!("job {} was given up", job.name);
}

#[queue("batches")]
async fn work_all(jobs: Vec<Queued<Job>>) -> Result<()> {
    for job in &jobs {
        console_log!("job {} of {} attempt {}", job.body.name, jobs.len(), job.attempts());
        if job.body.name == "done" {
            job.ack();
        }
    }
    match jobs.iter().any(|job| job.body.name == "fails") {
        true => Err(Error::new("one of them failed")),
        false => Ok(()),
    }
}

#[email]
async fn receive(ctx: &Context, mail: Email) -> Result<()> {
    ctx.sleep(Duration::from_millis(1)).await;
    match mail.header("subject").as_deref() {
        Some("unsubscribe") => mail.reject("nobody reads this"),
        Some("fail") => return Err(Error::new("the mailbox is full")),
        _ => mail.forward("ada@example.com").await?,
    }
    let bytes = mail.bytes().await?;
    console_log!("mail to {} of {} bytes, {} read", mail.to(), mail.size(), bytes.len());
    Ok(())
}

/// Counts in an object of the author's own
#[cron("count")]
async fn count(ctx: &Context) -> Result<()> {
    let count = counter::count(ctx.env()).await?;
    console_log!("the object has counted {count}");
    Ok(())
}

toolgate::serve!();
