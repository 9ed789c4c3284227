//! Definitions, which the attributes make of functions, and the triggers of `mcp.toml`.

use futures_util::future::LocalBoxFuture;

use super::mail::Email;
use super::message::RawMessage;
use super::run::Scheduled;
use crate::tool::{Context, Needs, registry};

/// The text of an error for the log.
pub(crate) type Outcome = Result<(), String>;

/// A function that no client starts.
pub struct TriggerDef {
    /// The name of its section in `mcp.toml`; empty for mail.
    pub name: &'static str,
    /// The name of the function.
    pub function: &'static str,
    /// Runs it.
    pub call: TriggerCall,
    /// Its needs.
    pub needs: Needs,
    /// `file:line` of the function.
    pub location: &'static str,
}

/// The way to run a function.
pub enum TriggerCall {
    /// `#[cron]`.
    Cron(for<'a> fn(&'a Context, Scheduled) -> LocalBoxFuture<'a, Outcome>),
    /// `#[queue]` with one message at a time.
    Message(for<'a> fn(&'a Context, RawMessage) -> LocalBoxFuture<'a, Outcome>),
    /// `#[queue]` with all messages of a batch.
    Batch(for<'a> fn(&'a Context, Vec<RawMessage>) -> LocalBoxFuture<'a, Outcome>),
    /// `#[email]`.
    Email(for<'a> fn(&'a Context, Email) -> LocalBoxFuture<'a, Outcome>),
}

/// The kind of event that starts a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerKind {
    /// A time.
    Cron,
    /// A message of a queue.
    Queue,
    /// Mail.
    Email,
}

/// The triggers of `mcp.toml`, in the environment that the Worker is compiled for.
#[derive(Debug)]
pub struct Triggers {
    /// The name and the schedule of each `[cron.<name>]`.
    pub crons: &'static [(&'static str, &'static str)],
    /// The name of each `[queues.<name>]`, and that of the queue at Cloudflare.
    pub queues: &'static [(&'static str, &'static str)],
    /// True with `[email]`.
    pub has_email: bool,
    /// The schedule of the purge of the storage, where that needs one.
    pub purge: Option<&'static str>,
    /// Triggers that only other environments have; the name of mail is empty.
    pub elsewhere: &'static [(TriggerKind, &'static str)],
}

inventory::collect!(TriggerDef);

impl TriggerKind {
    /// The attribute, and the noun in messages.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Cron => "cron",
            Self::Queue => "queue",
            Self::Email => "email",
        }
    }

    /// The section of `mcp.toml`.
    pub(super) fn section(self, name: &str) -> String {
        match self {
            Self::Cron => format!("[cron.{name}]"),
            Self::Queue => format!("[queues.{name}]"),
            Self::Email => "[email]".to_owned(),
        }
    }

    /// The attribute as it is written.
    pub(super) fn attribute(self, name: &str) -> String {
        match self {
            Self::Cron => format!("#[cron(\"{name}\")]"),
            Self::Queue => format!("#[queue(\"{name}\")]"),
            Self::Email => "#[email]".to_owned(),
        }
    }
}

impl TriggerDef {
    /// The kind of event that starts it.
    pub(crate) fn kind(&self) -> TriggerKind {
        match self.call {
            TriggerCall::Cron(_) => TriggerKind::Cron,
            TriggerCall::Message(_) | TriggerCall::Batch(_) => TriggerKind::Queue,
            TriggerCall::Email(_) => TriggerKind::Email,
        }
    }
}

/// The functions that no client starts.
pub(crate) fn defs() -> impl Iterator<Item = &'static TriggerDef> {
    // Has every function put itself into the inventory. A clash of tools is none of triggers.
    let _ = registry();
    inventory::iter::<TriggerDef>.into_iter()
}

/// The functions of a trigger: one at most, unless crates beside this one have some.
pub(crate) fn of(kind: TriggerKind, name: &str) -> impl Iterator<Item = &'static TriggerDef> {
    defs().filter(move |def| def.kind() == kind && def.name == name)
}
