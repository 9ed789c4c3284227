//! Whom a policy lets call what: the one question that lists and calls both ask.

use toolgate_policy::{self as policy, Arguments, Decision};

use super::server::Scope;
use crate::audit::{Event, Kind, Reason};

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
    let Scope { server, caller, vars, .. } = *scope;
    match server.challenging {
        Some(challenging) => (challenging.is_listed)(server.config, policy, caller, vars),
        None => {
            policy::decide(server.config, policy, caller, Arguments::Unknown, vars).is_allowed()
        }
    }
}

/// Whether the caller may call what was found, by name and policy, with these arguments. Either way the
/// log is told; the caller learns only that it is not to be had, so that nobody learns what others have,
/// or, where scopes are all that is missing, which.
pub(super) fn admits(
    scope: &Scope<'_>,
    told: &Told,
    found: Option<(&'static str, &'static str)>,
    arguments: Arguments<'_>,
) -> bool {
    let Scope { server, caller, vars, .. } = *scope;
    let config = server.config;
    let decision = found.map(|(_, policy)| policy::decide(config, policy, caller, arguments, vars));
    let (kind, reason, detail) = match decision {
        None => (told.denied, told.unknown, None),
        Some(Decision::Allow) => (told.allowed, Reason::PolicyMatched, None),
        Some(Decision::Deny { reason }) => (told.denied, reason.into(), reason.subject()),
    };
    let known = match arguments {
        Arguments::Call(known) | Arguments::Partial { known, .. } => Some(known),
        Arguments::Unknown => None,
    };
    scope.server.log.record(Event {
        // A name that nothing has is whatever the client wrote.
        tool: found.map(|(name, _)| name),
        policy: found.map(|(_, policy)| policy),
        detail: detail.map(str::to_owned),
        arguments: known
            .filter(|_| config.audit.arguments)
            .and_then(|arguments| serde_json::to_string(arguments).ok()),
        ..Event::new(kind, reason)
    });
    let is_allowed = decision.is_some_and(|decision| decision.is_allowed());
    if !is_allowed
        && let Some((_, policy)) = found
        && let Some(challenging) = server.challenging
    {
        (challenging.note)(scope, policy, arguments);
    }
    is_allowed
}
