//! Functions that no client starts: at certain times, for messages of a queue, for mail.
//!
//! `[cron.<name>]`, `[queues.<name>]` and `[email]` of `mcp.toml` say what starts them, and the attributes
//! [`cron`](crate::cron), [`queue`](crate::queue) and [`email`](crate::email) which function it is. Nobody calls
//! such a function, so `&Context` has no caller and no client: it has the bindings, `ctx.http()`,
//! `ctx.secret(…)`, the state of the server, and what tells clients of changes.

mod def;
mod events;
mod export;
mod feature;
mod log;
pub(crate) mod macros;
mod mail;
mod message;
mod result;
mod run;
mod serve;

pub use self::mail::Email;
pub use self::message::Queued;
pub use self::result::IntoTriggerResult;
pub use self::run::Scheduled;

#[doc(hidden)]
pub use self::def::{TriggerCall, TriggerDef, TriggerKind, Triggers};
#[doc(hidden)]
pub use self::feature::TRIGGERS;
#[doc(hidden)]
pub use self::message::RawMessage;

pub(crate) use self::events::{deliver, receive, start};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::export::described;
pub(crate) use self::export::problems;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::{
    message::Verdict,
    run::Site,
    serve::{batch, mail, scheduled},
};
