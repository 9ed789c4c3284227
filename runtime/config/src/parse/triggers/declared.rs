//! Triggers as the file declares them.

use crate::model::Str;

/// The events that start functions without a client. Nothing of it is in the Worker's configuration: `serve!()`
/// writes what its handlers need into them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Triggers {
    /// `[cron.<name>]`, by name.
    pub crons: Vec<Cron>,
    /// `[queues.<name>]`, by name.
    pub queues: Vec<Queue>,
    /// True where the file has `[email]`.
    pub has_email: bool,
}

impl Triggers {
    /// True where nothing starts a function without a client.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.crons.is_empty() && self.queues.is_empty() && !self.has_email
    }
}

/// A time at which functions run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    /// The name that functions say.
    pub name: String,
    /// Five fields with one blank between them, and names in upper case; UTC.
    pub schedule: String,
}

/// A queue whose messages a function takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The name that functions say.
    pub name: String,
    /// Its name at Cloudflare; `<Worker>-<name>` when absent.
    pub queue: Option<Str>,
    /// The binding by which the Worker sends to it; none when absent.
    pub binding: Option<Str>,
    /// Most messages of a batch.
    pub max_batch_size: u32,
    /// Seconds that a batch waits to become full.
    pub max_batch_timeout: u32,
    /// Attempts after the first.
    pub max_retries: u32,
    /// Seconds before another attempt.
    pub retry_delay: u32,
    /// The queue for messages whose attempts have all failed: the name of another section, or the end of its
    /// name at Cloudflare. They are dropped when absent.
    pub dead_letter_queue: Option<Str>,
    /// Most batches at a time; as many as Cloudflare finds right when absent.
    pub max_concurrency: Option<u32>,
}
