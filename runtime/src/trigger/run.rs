//! Running an author's function to its end.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::fault;
use toolgate_policy::Caller;

use super::def::{Outcome, TriggerCall, TriggerDef};
use super::mail::Email;
use super::message::RawMessage;
use crate::call::{Execution, Live, Running, StartTask, Step};
use crate::context::UNANSWERABLE;
use crate::platform::bindings::Env;
use crate::ports::app::App;
use crate::ports::principal::Principal;
use crate::tool::Context;

/// Added to words about a caller or client that is not there.
const NOBODY: &str = " (a trigger started this function: it has no caller and no client)";

/// The time for which a function was started.
///
/// ```
/// use toolgate::prelude::*;
///
/// fn late(ctx: &Context, scheduled: Scheduled) -> bool {
///     ctx.now() > scheduled.time() + 60
/// }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduled {
    time: u64,
}

impl Scheduled {
    pub(crate) fn at(time: u64) -> Self {
        Self { time }
    }

    /// The time of the schedule, in seconds since 1970; the function starts some time after it.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.time
    }
}

/// The failure of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Its error.
    Error(String),
    /// It panicked; the log has the words.
    Panicked,
}

impl Failure {
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Error(_) => "failed",
            Self::Panicked => "panicked",
        }
    }
}

/// The server that functions run in.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) app: &'static App,
    pub(crate) env: Env,
}

/// Runs a function of `#[cron]`.
pub(crate) async fn run_cron(
    site: &Site,
    def: &'static TriggerDef,
    at: Scheduled,
) -> Result<(), Failure> {
    let TriggerCall::Cron(call) = &def.call else { return Ok(()) };
    run(site, def, move |context| Box::pin(async move { call(&context, at).await })).await
}

/// Runs a function of `#[email]`.
pub(crate) async fn run_email(
    site: &Site,
    def: &'static TriggerDef,
    email: Email,
) -> Result<(), Failure> {
    let TriggerCall::Email(call) = &def.call else { return Ok(()) };
    run(site, def, move |context| Box::pin(async move { call(&context, email).await })).await
}

/// Runs a function that takes one message at a time.
pub(super) async fn run_message(
    site: &Site,
    def: &'static TriggerDef,
    message: RawMessage,
) -> Result<(), Failure> {
    let TriggerCall::Message(call) = &def.call else { return Ok(()) };
    run(site, def, move |context| Box::pin(async move { call(&context, message).await })).await
}

/// Runs a function that takes all messages of a batch.
pub(super) async fn run_batch(
    site: &Site,
    def: &'static TriggerDef,
    messages: Vec<RawMessage>,
) -> Result<(), Failure> {
    let TriggerCall::Batch(call) = &def.call else { return Ok(()) };
    run(site, def, move |context| Box::pin(async move { call(&context, messages).await })).await
}

/// Runs a function with a context that has no caller. A panic costs it alone, as it does a call.
async fn run(
    site: &Site,
    def: &TriggerDef,
    work: impl FnOnce(Context) -> LocalBoxFuture<'static, Outcome>,
) -> Result<(), Failure> {
    let live = Rc::new(Live::alone());
    let nobody = Principal {
        caller: Caller::default(),
        subject_key: String::new(),
        expires: 0,
        credential: None,
    };
    let id = def.name.to_owned();
    let context = Context::of_call(site.app, site.env.clone(), nobody, id, Rc::clone(&live));
    let outcome = Rc::new(RefCell::new(None));
    let (work, kept) = (work(context), Rc::clone(&outcome));
    let work = Box::pin(async move {
        let done = work.await;
        *kept.borrow_mut() = Some(done);
        // Nobody reads it.
        Err(fault::panicked())
    });
    // The platform's own limit holds: `[limits] tool_timeout` is for callers who wait.
    let mut running = Running::<StartTask>::new(Execution::new(live, None, None, work));
    while !matches!(running.next().await, Step::Done(_)) {}
    match outcome.take() {
        Some(outcome) => outcome.map_err(|text| Failure::Error(explained(text))),
        None => Err(Failure::Panicked),
    }
}

/// The error, with what it is for want of.
fn explained(mut text: String) -> String {
    if UNANSWERABLE.iter().any(|words| text.contains(words)) {
        text.push_str(NOBODY);
    }
    text
}
