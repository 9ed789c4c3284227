//! `cargo toolgate trigger`: starts a function of the running `cargo toolgate dev` that no client starts.

mod event;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Deserialize;
use ureq::Agent;

use self::event::Event;
use crate::project::Project;
use crate::running::{Control, Running};
use crate::{Error, Result, terminal};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Starts it in the server that `cargo toolgate dev` runs for this folder, which prints what the function logs.
Only this one function runs, also where another cron has the same time. A message that fails is not delivered
again.

Exit status: 0 the function did its work, 1 it failed or could not be started, 2 wrong usage

Examples:
    cargo toolgate trigger cron nightly
    cargo toolgate trigger queue jobs '{\"page\": \"a\"}' '{\"page\": \"b\"}'
    cargo toolgate trigger email --from ada@example.com --to list@example.org mail.eml";

/// A function may call other servers.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Arguments of `cargo toolgate trigger`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    trigger: Trigger,
}

/// An event that starts a function.
#[derive(Debug, Subcommand)]
enum Trigger {
    /// Run the function of a time
    Cron {
        /// `[cron.NAME]` of mcp.toml
        name: String,
    },
    /// Give messages to the function of a queue, as one batch
    Queue {
        /// `[queues.NAME]` of mcp.toml
        name: String,
        /// Messages, each as JSON
        #[arg(required = true, value_name = "JSON")]
        messages: Vec<String>,
    },
    /// Give a mail to the function that takes mail
    Email {
        /// Sender of the envelope
        #[arg(long, value_name = "ADDRESS")]
        from: String,
        /// Recipient of the envelope
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// The whole message, with its headers; `-` reads it from standard input
        file: PathBuf,
    },
}

/// The outcome of the run.
#[derive(Deserialize)]
struct Outcome {
    ok: bool,
    lines: Vec<String>,
}

/// Starts it and prints what came of it; true where the function did its work.
///
/// # Errors
///
/// When `mcp.toml` has no such trigger, no server runs, or what is sent cannot be read.
pub fn run(project: &Project, arguments: &Arguments) -> Result<bool> {
    let checked = project.config()?;
    let event = match &arguments.trigger {
        Trigger::Cron { name } => event::cron(&checked, name)?,
        Trigger::Queue { name, messages } => {
            event::queue(&checked, &project.worker(None)?, name, messages)?
        }
        Trigger::Email { from, to, file } => event::email(&checked, from, to, file)?,
    };
    let control = Running::of(project).and_then(|running| running.control).ok_or_else(|| {
        Error::new("no `cargo toolgate dev` runs for this server")
            .help("start it in another terminal, wait until it says where the server is, and run this again")
    })?;
    let outcome = start(&control, &event)?;
    for line in &outcome.lines {
        terminal::line(line)?;
    }
    if !outcome.ok {
        terminal::note("the log of `cargo toolgate dev` says why");
    }
    Ok(outcome.ok)
}

fn start(control: &Control, event: &Event) -> Result<Outcome> {
    let unreachable = |error: &dyn std::fmt::Display| {
        Error::new(format!("the server cannot be reached: {error}"))
    };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        // A proxy cannot reach this machine.
        .proxy(None)
        .timeout_recv_response(Some(PATIENCE));
    let agent = config.build().new_agent();
    let body = serde_json::to_string(event).map_err(|error| unreachable(&error))?;
    let request =
        agent.post(&control.url).header("authorization", format!("Bearer {}", control.token));
    let mut answer = request.send(body).map_err(|error| unreachable(&error))?;
    let text = answer.body_mut().read_to_string().map_err(|error| unreachable(&error))?;
    if answer.status() != 200 {
        return Err(Error::new("it could not be started").output(text));
    }
    serde_json::from_str(&text).map_err(|error| unreachable(&error))
}
