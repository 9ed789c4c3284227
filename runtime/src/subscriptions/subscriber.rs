//! Notifications to a session about changes outside of any request.

use toolgate_core::audit::Log;
use toolgate_core::mcp::listen::may_hear;
use toolgate_core::mcp::notify::{self, Change};

use crate::platform::{EnvVars, now};
use crate::ports::feature::SessionRecord;
use crate::ports::object::Object;
use crate::tool::server;

impl SessionRecord {
    /// The notification of a change, where the client wants it and may hear of it.
    pub(super) fn hears(&self, object: &Object, change: &Change) -> Option<String> {
        let Self { principal, state } = self;
        if now() >= principal.expires || !state.wants(change) {
            return None;
        }
        let registry = server::linked(object.app()).ok()?;
        let log = Log::default();
        let server = server::server(object.app(), registry, &log);
        let vars = EnvVars(object.env());
        let may = may_hear(&server, &principal.caller, &vars, &principal.subject_key, change);
        notify::changed(change).filter(|_| may)
    }
}
