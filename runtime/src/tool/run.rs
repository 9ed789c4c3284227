//! Running a function of the registry.

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use toolgate_core::json;
use toolgate_core::mcp::span::TracedCall;
use toolgate_core::mcp::{Call, Target};

use super::charging::CallToCharge;
use super::registry::Registry;
use crate::audit::{Teller, Trail};
use crate::call::span::CallSpan;
use crate::call::{Execution, HostKind, HostStep, Live, Running};
use crate::context::current::Context;
use crate::platform::bindings::Env;
use crate::ports::app::App;
use crate::ports::feature::Record;
use crate::ports::principal::Principal;

/// The parts of a call that begins.
pub(crate) struct Start {
    pub(crate) app: &'static App,
    pub(crate) registry: &'static Registry,
    pub(crate) env: Env,
    pub(crate) principal: Principal,
    pub(crate) call: Call,
    /// The record of earlier runs of the same call, where the host keeps it.
    pub(crate) record: Record,
    /// Where the audit trail of the call is written to; none in a test.
    pub(crate) teller: Option<Teller>,
    /// The object of the session that hosts it.
    pub(crate) session: Option<String>,
}

/// Begins a call for a host that takes these steps. Nothing of it runs before [`Running::next`].
pub(crate) fn start<S: HostStep>(start: Start) -> Running<S> {
    Running::new(begin(start, S::HOST))
}

fn begin(start: Start, host: HostKind) -> Execution {
    let Start { app, registry, env, principal, mut call, record, teller, session } = start;
    let trail = teller.and_then(|teller| Trail::begin(&teller, &mut call.audit));
    let arguments = std::mem::take(&mut call.arguments);
    let refusal = call.refusal.take();
    let seconds = app.config.limits.tool_timeout;
    let request_id = plain(&call.request_id);
    let target = call.target.clone();
    let subject = is_interactive(registry, &target).then(|| arguments.clone());
    let is_late_task = host == HostKind::Stateless && is_late_task(registry, &call);
    let live = Live::new(call, subject, record, host, is_late_task);
    let mut live = live.told_by(trail.clone()).in_session(session);
    if let Target::PromptCompletion { .. } | Target::ResourceCompletion { .. } = target {
        live = live.completing(arguments.clone());
    }
    let live = Rc::new(live);
    let context = Context::of_call(app, env, principal, request_id, Rc::clone(&live));
    // A task is for what takes long, and ends with its own time at the latest.
    let is_limited = seconds > 0 && host != HostKind::Task;
    let limit = is_limited.then(|| Duration::from_secs(seconds.into()));
    let span = app.tracing.and_then(|tracing| {
        let call = TracedCall {
            name: name(registry, &target).unwrap_or_default(),
            target: &target,
            request_id: context.request_id(),
            peer: live.peer(),
            subject_key: context.subject_key(),
        };
        let span = (tracing.begin_call)(call)?;
        live.enter(Some(span.clone()));
        Some(CallSpan::new(tracing, span))
    });
    let call = CallToCharge { app, registry, target, context, arguments, refusal };
    Execution::new(live, limit, trail, call.begin()).spanned(span)
}

/// True if the target may ask its client, so that what it was called with has to be known later.
fn is_interactive(registry: &Registry, target: &Target) -> bool {
    let needs = match target {
        Target::Tool(tool) => registry.tools().get(*tool).map(|def| &def.needs),
        Target::Prompt(prompt) => registry.prompts().get(*prompt).map(|def| &def.needs),
        Target::Resource { resource, .. } => {
            registry.resources().get(*resource).map(|def| &def.needs)
        }
        Target::PromptCompletion { .. } | Target::ResourceCompletion { .. } => None,
    };
    needs.is_some_and(|needs| needs.interactive)
}

/// True if the function begins as a plain call and becomes a task in its course. Where the client
/// does not know tasks, it stays a plain call.
pub(crate) fn is_late_task(registry: &Registry, call: &Call) -> bool {
    let Target::Tool(tool) = call.target else { return false };
    let needs = registry.tools().get(tool).map(|def| &def.needs);
    call.peer.revision.has_tasks()
        && call.peer.capabilities.tasks
        && needs.is_some_and(|needs| needs.features.iter().any(|one| one.is_late_task()))
}

fn name(registry: &Registry, target: &Target) -> Option<&'static str> {
    match target {
        Target::Tool(tool) => registry.tools().get(*tool).map(|def| def.info.name),
        Target::Prompt(prompt) | Target::PromptCompletion { prompt, .. } => {
            registry.prompts().get(*prompt).map(|def| def.info.name)
        }
        Target::Resource { resource, .. } | Target::ResourceCompletion { resource, .. } => {
            registry.resources().get(*resource).map(|def| def.info.name)
        }
    }
}

/// A JSON-RPC id without the quotes of JSON.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| json::to_text(id), str::to_owned)
}
