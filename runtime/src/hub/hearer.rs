//! What a session is told of changes outside of any request.

use toolgate_core::audit::Log;
use toolgate_core::mcp::SessionState;
use toolgate_core::mcp::listen::may_hear;
use toolgate_core::mcp::notify::{self, Change};
use toolgate_policy::Caller;

use crate::mcp;
use crate::object::Object;
use crate::platform::{EnvVars, now};

/// Whose session it is, as of its last message.
pub struct Hearer<'a> {
    pub(crate) owner: &'a str,
    pub(crate) caller: &'a Caller,
    /// When those claims are over, in seconds since 1970.
    pub(crate) until: u64,
    pub(crate) state: &'a SessionState,
}

impl Hearer<'_> {
    /// The notification of a change, where the client wants it and may hear of it.
    pub(super) fn hears(&self, object: &Object, change: &Change) -> Option<String> {
        if now() >= self.until || !self.state.wants(change) {
            return None;
        }
        let registry = mcp::linked(object.app()).ok()?;
        let log = Log::default();
        let server = mcp::server(object.app(), registry, &log);
        let vars = EnvVars(object.env());
        let may = may_hear(&server, self.caller, &vars, self.owner, change);
        notify::changed(change).filter(|_| may)
    }
}
