use toolgate::prelude::*;

#[cron]
fn clean() {}

#[cron(nightly)]
fn clean_again() {}

#[queue("jobs" config = "../config/triggers.toml")]
fn work(message: String) {
    drop(message);
}

#[cron("nightly", schedule = "0 6 * * *")]
fn clean_once_more() {}

fn main() {}
