use toolgate::prelude::*;

#[cron("nightly", config = "../config/triggers.toml")]
fn clean() {}

#[cron("nightly", config = "../config/triggers.toml")]
fn clean_again() {}

/// A tool, too
#[mcp_tool(config = "../config/good.toml", allow = "writers")]
#[cron("weekly", config = "../config/triggers.toml")]
fn clean_by_call() {}

fn main() {}
