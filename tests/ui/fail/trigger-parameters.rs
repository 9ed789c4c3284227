use toolgate::prelude::*;

#[cron("nightly", config = "../config/triggers.toml")]
fn clean(scheduled: Scheduled, again: Scheduled, days: u32) {}

#[cron("weekly", config = "../config/triggers.toml")]
fn count(caller: &Caller, own: Context, ctx: &mut Context) {}

#[queue("jobs", config = "../config/triggers.toml")]
fn work(ctx: &Context) {}

#[queue("jobs", config = "../config/triggers.toml")]
fn work_twice(one: String, other: Queued<String>) {}

#[queue("jobs", config = "../config/triggers.toml")]
fn work_on(message: &str) {}

#[email(config = "../config/triggers.toml")]
fn receive(mail: String) {}

fn main() {}
