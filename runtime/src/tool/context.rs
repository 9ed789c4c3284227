//! What a tool may ask about the call it serves.

use std::fmt;

use toolgate_core::caller::Caller;
use worker::Env;

/// The call that a tool serves: who calls, and the Worker's bindings.
///
/// A tool that wants it takes `ctx: &Context`, at any position; the parameter is not part of the
/// tool's input schema.
pub struct Context {
    caller: Caller,
    env: Env,
    request_id: String,
}

impl Context {
    /// The context of one call.
    #[must_use]
    pub fn new(caller: Caller, env: Env, request_id: String) -> Self {
        Self { caller, env, request_id }
    }

    /// The signed-in person.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The Worker's bindings, variables and secrets.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The JSON-RPC id of the request as the client wrote it, for log lines.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

impl fmt::Debug for Context {
    // The bindings lead to secrets, so they stay out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("caller", &self.caller)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
