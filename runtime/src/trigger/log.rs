//! Events of functions that failed, one line of JSON in the Worker's log for each.

use serde_json::{Value, json};

use super::def::TriggerDef;
use super::message::RawMessage;
use super::run::Failure;
use crate::platform::console;

/// Writes that a function failed: which one, what it was started by, and the text of its error. Nothing of a
/// message or of mail is written.
pub(super) fn failed(def: &TriggerDef, failure: &Failure, message: Option<&RawMessage>) {
    let mut event = event(def, failure.outcome());
    if let Failure::Error(text) = failure {
        event["error"] = text.as_str().into();
    }
    if let Some(message) = message {
        event["message"] = message.id().into();
        event["attempts"] = message.attempts().into();
    }
    console::event(&event);
}

/// Writes that a message is not of the type that its function takes.
pub(super) fn unreadable(name: &str, message: &RawMessage, why: &str) {
    console::event(&json!({
        "toolgate": "trigger",
        "trigger": "queue",
        "name": name,
        "outcome": "unreadable",
        "error": why,
        "message": message.id(),
        "attempts": message.attempts(),
    }));
}

fn event(def: &TriggerDef, outcome: &str) -> Value {
    json!({
        "toolgate": "trigger",
        "trigger": def.kind().noun(),
        "name": def.name,
        "function": def.function,
        "outcome": outcome,
    })
}
