//! Every form of a function that a trigger starts.

use serde::Deserialize;
use toolgate::prelude::*;

#[derive(Deserialize)]
struct Job {
    page: String,
}

#[cron("nightly", config = "../config/triggers.toml")]
fn nothing() {}

#[cron("weekly", config = "../config/triggers.toml")]
async fn all(scheduled: Scheduled, ctx: &Context) -> Result<(), std::fmt::Error> {
    let _ = (scheduled.time(), ctx.now());
    Ok(())
}

#[cron("rehearsal", config = "../config/triggers.toml")]
async fn of_another_environment(_: &Context) -> Result<()> {
    Err(Error::new("no"))
}

#[queue("jobs", config = "../config/triggers.toml")]
async fn jobs(ctx: &Context, Job { page }: Job) -> Result<()> {
    ctx.server_state::<String>().set(&page).await?;
    Ok(())
}

#[email(config = "../config/triggers.toml")]
async fn mail(mail: Email) -> Result<()> {
    let _ = mail.bytes().await?;
    Ok(())
}

mod batches {
    use super::*;

    fn take(jobs: Vec<toolgate::trigger::Queued<Job>>) -> usize {
        jobs.iter().map(|job| job.body.page.len()).sum()
    }

    pub(super) fn check() {
        assert_eq!(take(Vec::new()), 0);
    }
}

fn main() {
    batches::check();
}
