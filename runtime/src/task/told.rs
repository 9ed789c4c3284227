//! The end of a task in the audit trail. That it was begun is told with the call that became it.

use toolgate_core::audit::{CallOutcome, Event, EventKind, Finish, Reason};

use super::store::Store;
use crate::audit::Teller;
use crate::platform::bindings::Env;
use crate::platform::millis;
use crate::ports::app::App;
use crate::tool::registry;

/// Writes that the task ends so. To be called before the end is stored, with which the call is forgotten;
/// of a call that cannot be read nothing is told, and the task ends all the same.
pub(super) fn end(store: &Store, app: &'static App, env: &Env, outcome: CallOutcome, bytes: usize) {
    let (Ok(task), Ok(row)) = (store.call(), store.row()) else { return };
    let Some(id) = task.audit else { return };
    let tool = registry()
        .ok()
        .and_then(|registry| registry.infos().iter().find(|tool| tool.name == task.tool));
    let finish = Finish { outcome, ms: millis().saturating_sub(row.created), bytes };
    let teller = Teller::of_object(app, env, &id);
    teller.tell(&Event {
        user: Some(task.subject_key),
        email: task.caller.email,
        claimed_email: task.caller.claimed_email,
        client: Some(task.caller.client_id),
        tool: tool.map(|tool| tool.name),
        policy: tool.map(|tool| tool.policy),
        id: Some(id),
        finish: Some(finish),
        ..Event::new(EventKind::ToolFinished, Reason::PolicyMatched)
    });
}
