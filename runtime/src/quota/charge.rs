//! The one place in which calls are charged: before the function, and after its policy and its arguments.

use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use toolgate_core::audit::{Event, EventKind, Log, Reason};
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::{Fault, INTERNAL_ERROR, Target};
use toolgate_core::quota::paid::Paid;
use toolgate_core::quota::refusal::Refusal;

use super::client;
use super::plan::Plan;
use crate::audit;
use crate::call::{HostKind, Live};
use crate::context::{RESERVED, resume};
use crate::platform::console::log_error;
use crate::platform::millis;
use crate::tool::Context;
use crate::tool::charging::{CallToCharge, Charging};

/// What `#[mcp_tool(quota = "…")]` and `serve!()` submit.
pub const CHARGING: Charging = Charging { run, tool: None };

/// The key of what a call has paid, among the results that go with it from run to run.
const MEMO: &str = "\0quota";

const _: () = assert!(MEMO.as_bytes()[0] == RESERVED as u8);

/// Stands in for the refusal of arguments that were accepted.
const ACCEPTED: &str = "accepted";

/// The message of a prompt whose arguments are refused without a violation of their types.
const NO_VIOLATION: &str = "Invalid params";

fn run(call: CallToCharge) -> LocalBoxFuture<'static, CallResult> {
    Box::pin(async move {
        let plan = Plan::of(call.app, call.registry, &call.target);
        // A refusal by the arguments runs nothing, and costs nothing.
        let Some(plan) = plan.filter(|_| call.refusal.is_none()) else { return call.run().await };
        if let Some(refused) = refused_arguments(&call).await {
            return refused;
        }
        match begin(&call.context, &call.target, &plan).await {
            Ok(()) => call.run().await,
            Err(refusal) => {
                let words = tell(&call.context, &plan, &refusal);
                match call.target {
                    Target::Tool(_) => Ok(Box::new(ToolResult::error(words))),
                    _ => Err(Fault::new(INTERNAL_ERROR, words)),
                }
            }
        }
    })
}

/// The answer to arguments that the function does not take. A resource takes nothing but the URI that led
/// to it.
async fn refused_arguments(call: &CallToCharge) -> Option<CallResult> {
    let CallToCharge { registry, target, context, arguments, .. } = call;
    if let Target::Resource { .. } = target {
        return None;
    }
    // Checks the arguments and goes no further.
    let only_check = Some(ACCEPTED.to_owned());
    let outcome = registry.run(target, context, arguments.clone(), only_check).await;
    let is_accepted = match &outcome {
        Ok(shape) => shape.failure() == Some(ACCEPTED),
        Err(fault) => fault.message() == NO_VIOLATION,
    };
    (!is_accepted).then_some(outcome)
}

/// Pays for a call, or for what is new of one that runs again.
async fn begin(context: &Context, target: &Target, plan: &Plan) -> Result<(), Refusal> {
    resume(context).await;
    let live = context.live();
    let mut paid = match known(live) {
        Some(paid) if is_repeated(context, &paid).await => paid,
        _ => Paid::of(&named(target, plan)),
    };
    paid.begin_again();
    let open = paid.open("", 1);
    client::charge(context, plan, open).await?;
    paid.add("", open);
    let is_kept_by_client = live.host() == HostKind::Stateless && live.subject().is_some();
    paid.pass = is_kept_by_client.then(audit::new_id);
    keep(live, &paid).await;
    Ok(())
}

/// True if the run repeats one that has paid. A client that keeps the record may send it any number of times, so
/// each is good once.
async fn is_repeated(context: &Context, paid: &Paid) -> bool {
    match (&paid.pass, context.live().host()) {
        (_, HostKind::Task) => true,
        (Some(pass), _) => client::pass(context, pass.clone()).await,
        (None, _) => false,
    }
}

/// What the call has paid so far; `None` where nothing charged it.
pub(super) fn known(live: &Live) -> Option<Paid> {
    let memo: Value = live.memo(MEMO)?;
    toolgate_core::from_json::read_value(memo).ok()
}

/// Notes what the call has paid, without waiting until that is safe.
pub(super) fn note(live: &Live, paid: &Paid) {
    if let Some(value) = value(paid) {
        live.note(MEMO, value);
    }
}

/// Keeps what the call has paid for its next run.
pub(super) async fn keep(live: &Live, paid: &Paid) {
    if let Some(value) = value(paid) {
        live.keep(MEMO, value).await;
    }
}

fn value(paid: &Paid) -> Option<Value> {
    serde_json::to_value(paid).inspect_err(|error| log_error!("a charge is lost: {error}")).ok()
}

/// The function, as a later part of the call finds it.
fn named(target: &Target, plan: &Plan) -> String {
    let kind = match target {
        Target::Tool(_) => "tool",
        Target::Prompt(_) => "prompt",
        _ => "resource",
    };
    [kind, " ", plan.function].concat()
}

/// Writes the refusal to the audit trail, and gives the words for the caller.
pub(super) fn tell(context: &Context, plan: &Plan, refusal: &Refusal) -> String {
    let reason = match refusal {
        Refusal::Spent { .. } | Refusal::TooMany { .. } => Reason::QuotaSpent,
        Refusal::Unavailable { .. } | Refusal::Unknown { .. } => Reason::QuotaUnavailable,
    };
    let log = Log::default();
    log.record(Event {
        tool: Some(plan.function),
        policy: Some(plan.policy),
        detail: Some(plan.name()),
        ..Event::new(EventKind::RateLimited, reason)
    });
    context.tell(&log);
    refusal.words(millis())
}
