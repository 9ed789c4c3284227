//! Whom a policy lets call what: the one place where policies decide.
//!
//! Nothing else of the server asks [`policy::decide`]. `admits` and [`judge`] decide of something that is
//! to be done, and tell the audit trail; [`allows`] decides what is shown, which nobody is told.

use toolgate_config::Config;
use toolgate_policy::{self as policy, Arguments, Caller, Decision, Vars};

use super::server::Scope;
use crate::audit::{Event, EventKind, Log, Reason};

/// Names that the audit trail has for decisions of one kind of thing.
#[derive(Debug)]
pub struct Told {
    /// The kind of an event that something was allowed; `None` where it was allowed and told before.
    pub allowed: Option<EventKind>,
    /// The kind of an event that it was not.
    pub denied: EventKind,
    /// There is nothing of the name.
    pub unknown: Reason,
}

/// A call of a tool.
pub const TOOL: Told = Told {
    allowed: Some(EventKind::ToolAllowed),
    denied: EventKind::ToolDenied,
    unknown: Reason::UnknownTool,
};

/// A look at a task, or its first run: that its tool was allowed was told with the call.
pub const TASK: Told = Told { allowed: None, ..TOOL };

/// The caller, and the policies to apply.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The policies.
    pub config: &'a Config,
    /// The caller.
    pub caller: &'a Caller,
    /// Source of lists in variables.
    pub vars: &'a dyn Vars,
}

impl<'a> Asking<'a> {
    fn of(scope: &Scope<'a>) -> Self {
        let Scope { server, caller, vars, .. } = *scope;
        Self { config: server.config, caller, vars }
    }

    fn decide<'b>(&'b self, policy: &'b str, arguments: Arguments<'_>) -> Decision<'b> {
        policy::decide(self.config, policy, self.caller, arguments, self.vars)
    }
}

/// True if the policy lets the caller see something: an entry of a list, a change.
#[must_use]
pub fn allows(asking: Asking<'_>, policy: &str, arguments: Arguments<'_>) -> bool {
    asking.decide(policy, arguments).is_allowed()
}

/// Decides if the caller may do what was found, by name and policy, with these arguments. Either
/// way the decision is logged.
pub fn judge(
    asking: Asking<'_>,
    log: &Log,
    told: &Told,
    found: Option<(&'static str, &'static str)>,
    arguments: Arguments<'_>,
) -> bool {
    let decision = found.map(|(_, policy)| asking.decide(policy, arguments));
    let (kind, reason, detail) = match decision {
        None => (Some(told.denied), told.unknown, None),
        Some(Decision::Allow) => (told.allowed, Reason::PolicyMatched, None),
        Some(Decision::Deny { reason }) => (Some(told.denied), reason.into(), reason.subject()),
    };
    let known = match arguments {
        Arguments::Call(known) | Arguments::Partial { known, .. } => Some(known),
        Arguments::Unknown => None,
    };
    if let Some(kind) = kind {
        log.record(Event {
            // A name that nothing has is whatever the client wrote.
            tool: found.map(|(name, _)| name),
            policy: found.map(|(_, policy)| policy),
            detail: detail.map(str::to_owned),
            arguments: known
                .filter(|_| asking.config.audit.arguments)
                .and_then(|arguments| serde_json::to_string(arguments).ok()),
            ..Event::new(kind, reason)
        });
    }
    decision.is_some_and(|decision| decision.is_allowed())
}

/// True if it is in the lists that the caller sees.
pub(super) fn is_listed(scope: &Scope<'_>, policy: &str) -> bool {
    let Scope { server, caller, vars, .. } = *scope;
    match server.challenging {
        Some(challenging) => (challenging.is_listed)(server.config, policy, caller, vars),
        None => allows(Asking::of(scope), policy, Arguments::Unknown),
    }
}

/// As [`judge`]. The caller learns only that it is not to be had, so that nobody learns what others have,
/// or, where scopes are all that is missing, which.
pub(super) fn admits(
    scope: &Scope<'_>,
    told: &Told,
    found: Option<(&'static str, &'static str)>,
    arguments: Arguments<'_>,
) -> bool {
    let is_allowed = judge(Asking::of(scope), scope.server.log, told, found, arguments);
    if !is_allowed
        && let Some((_, policy)) = found
        && let Some(challenging) = scope.server.challenging
    {
        (challenging.note)(scope, policy, arguments);
    }
    is_allowed
}
