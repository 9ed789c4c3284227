use toolgate::prelude::*;

struct Job;

#[queue("jobs", config = "../config/triggers.toml")]
fn work(job: Job) {
    drop(job);
}

#[cron("nightly", config = "../config/triggers.toml")]
fn clean() -> Result<u32> {
    Ok(1)
}

fn main() {}
