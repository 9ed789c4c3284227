//! `ServerCapabilities`: what works in the revision that is spoken, and nothing else.

use serde_json::Value;

use super::json::object;
use super::server::Scope;

/// Tools are always among them, also when a caller sees none.
pub(super) fn capabilities(scope: &Scope<'_>) -> Value {
    let mut capabilities = object(vec![("tools", listed(scope))]);
    for family in scope.server.families {
        family.advertise(scope, &mut capabilities);
    }
    capabilities
}

/// A capability for something that has lists.
pub(super) fn listed(scope: &Scope<'_>) -> Value {
    let mut capability = object(vec![]);
    if announces(scope) {
        capability["listChanged"] = Value::Bool(true);
    }
    capability
}

/// True if clients of the revision can be told of changes: by `subscriptions/listen`, or on the
/// stream of a session.
pub(super) fn announces(scope: &Scope<'_>) -> bool {
    scope.server.notifications.is_some() && (scope.revision.has_listen() || has_session(scope))
}

/// True if the client has a session, or is about to get one.
pub(super) fn has_session(scope: &Scope<'_>) -> bool {
    scope.revision.has_sessions() && (scope.server.sessions || scope.session.is_some())
}
