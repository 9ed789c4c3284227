//! The context of a call, which its function may take.

use std::fmt;
use std::rc::Rc;

use toolgate_core::audit::Log;
use toolgate_policy::Caller;

use crate::audit::Teller;
use crate::call::Live;
use crate::platform::bindings::Env;
use crate::ports::app::App;
use crate::ports::principal::Principal;

/// The call that a function serves: who calls, the Worker's bindings, and what it can do with its
/// client while it runs.
///
/// A function that wants it takes `ctx: &Context`, at any position; the parameter is not part of the
/// tool's input schema.
pub struct Context {
    principal: Principal,
    env: Env,
    request_id: String,
    app: Option<&'static App>,
    live: Rc<Live>,
}

impl Context {
    /// A context for a function that is called by a test: of this person, with a client that hears
    /// and answers nothing.
    #[must_use]
    pub fn new(caller: Caller, env: Env, request_id: String) -> Self {
        let live = Rc::new(Live::alone());
        let subject_key = String::new();
        let principal = Principal { caller, subject_key, expires: u64::MAX, credential: None };
        Self { principal, env, request_id, app: None, live }
    }

    /// The context of a call that runs.
    pub(crate) fn of_call(
        app: &'static App,
        env: Env,
        principal: Principal,
        request_id: String,
        live: Rc<Live>,
    ) -> Self {
        Self { principal, env, request_id, app: Some(app), live }
    }

    /// The signed-in person.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.principal.caller
    }

    /// The Worker's bindings, variables and secrets; in a test, what its
    /// [`TestServer`](crate::testing::TestServer) was given.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The JSON-RPC id of the request as the client wrote it, for log lines.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// In a function that completes an argument: another argument that the client has already
    /// (`context.arguments` of `completion/complete`, MCP 2025-06-18 and later).
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// fn cities(ctx: &Context, typed: &str) -> Vec<&'static str> {
    ///     let cities: &[&str] = match ctx.argument("country") {
    ///         Some("France") => &["Lyon", "Paris"],
    ///         _ => &["Lyon", "Oslo", "Paris", "Rome"],
    ///     };
    ///     cities.iter().copied().filter(|city| city.starts_with(typed)).collect()
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.live.known(name)
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// As in [`Principal`].
    pub(crate) fn subject_key(&self) -> &str {
        &self.principal.subject_key
    }

    /// The server; none in tests.
    pub(crate) fn app(&self) -> Option<&'static App> {
        self.app
    }

    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    /// Writes what was decided in the course of the call to the audit trail, as of its person and client.
    pub(crate) fn tell(&self, log: &Log) {
        log.person(self.subject_key(), self.caller());
        log.client(&self.caller().client_id);
        match (self.live.trail(), self.app) {
            (Some(trail), _) => trail.also(log),
            // A run of a task has no trail of its own.
            (None, Some(app)) => Teller::of_object(app, &self.env, &self.request_id).flush(log),
            (None, None) => {}
        }
    }
}

impl fmt::Debug for Context {
    // The bindings lead to secrets, so they stay out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("caller", &self.principal.caller)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
