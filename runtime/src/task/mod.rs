//! Tasks: calls that outlive their request (the extension `io.modelcontextprotocol/tasks` of MCP
//! 2026-07-28, SEP-2663).
//!
//! Each task has a Durable Object, which runs the tool and keeps how it stands:
//!
//! ```text
//! tools/call ──► door ──► object: stored, begun ──► CreateTaskResult
//! tasks/get, tasks/update, tasks/cancel ──► door ──► object
//! alarm ──► object: still there? else run again; over? delete everything
//! ```
//!
//! A task's id is sealed for its person: one that was made up, or is another person's, does not open
//! and reaches no object. The tool's policy is asked again at each request, for the caller as they
//! are then, and before each run.
//!
//! # When the runtime restarts
//!
//! The platform may end an object at any time: a deployment, a failure, a move to another machine.
//! The alarm, or the next request, then runs the tool again from its start. Answers that the client
//! has given are given again at once, and what ran in `ctx.once` is not run again; whatever else the
//! tool does may happen more than once. A task that comes to its end without asking or keeping
//! anything in [`MAX_RUNS`] runs is given up.
//!
//! A run that only waits for answers would keep its object in memory, as any work does that is under
//! way. So it ends after [`PATIENCE`], and the tool runs again from its start when an answer comes.

mod client;
mod host;
mod message;
mod news;
mod object;
mod quota;
mod store;
mod told;

use std::time::Duration;

pub use self::object::{LATE_TASKS, TASKS};
use crate::ports::app::App;

/// The time for which a task is kept from its creation, finished or not: `[limits] task_ttl`.
fn ttl(app: &App) -> Duration {
    Duration::from_secs(app.config.limits.task_ttl.into())
}

/// The time between two alarms of a running task's object. An object to which nothing comes is put aside
/// after a minute or so, and one that was ended is missed after this time at most.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The time that a run with nothing but open questions waits for an answer. A person who looks
/// on answers sooner, and then the tool goes on where it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs that come to nothing before a task is given up: a tool that takes the runtime down with it
/// would do so for ever.
const MAX_RUNS: u32 = 5;

/// Tasks that one person may have under way. Each takes memory while it runs, and a person waits for
/// no more than this.
const MAX_UNDER_WAY: u64 = 100;

/// Characters of the message that a task shows for its status.
const MAX_STATUS_MESSAGE: usize = 500;
