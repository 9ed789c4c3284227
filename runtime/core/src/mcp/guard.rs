//! Whom a policy lets call what: the one question that lists and calls both ask.

use serde_json::{Map, Value};

use super::methods::Scope;
use crate::audit::{Event, Kind, Reason};
use crate::policy::{self, Decision};

/// What the log is told of one kind of thing.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) allowed: Kind,
    pub(super) denied: Kind,
    /// There is nothing of the name.
    pub(super) unknown: Reason,
}

/// Whether it is in the lists that the caller sees.
pub(super) fn is_listed(scope: &Scope<'_>, policy: &str) -> bool {
    policy::decide(scope.server.config, policy, scope.caller, scope.vars).is_allowed()
}

/// Whether the caller may call what was found, by name and policy. Either way the log is told; the
/// caller learns only that it is not to be had, so that nobody learns what others have.
pub(super) fn admits(
    scope: &Scope<'_>,
    told: &Told,
    found: Option<(&'static str, &'static str)>,
    arguments: &Map<String, Value>,
) -> bool {
    let config = scope.server.config;
    let decision =
        found.map(|(_, policy)| policy::decide(config, policy, scope.caller, scope.vars));
    let (kind, reason, detail) = match decision {
        None => (told.denied, told.unknown, None),
        Some(Decision::Allow) => (told.allowed, Reason::PolicyMatched, None),
        Some(Decision::Deny { reason }) => (told.denied, reason.into(), reason.subject()),
    };
    let includes_arguments = config.audit.arguments;
    scope.server.log.record(Event {
        // A name that nothing has is whatever the client wrote.
        tool: found.map(|(name, _)| name),
        policy: found.map(|(_, policy)| policy),
        detail: detail.map(str::to_owned),
        arguments: includes_arguments.then(|| serde_json::to_string(arguments).ok()).flatten(),
        ..Event::new(kind, reason)
    });
    decision.is_some_and(|decision| decision.is_allowed())
}
