//! The context of a request, which the routes work with.

use futures_channel::oneshot;
use futures_util::FutureExt as _;
use toolgate_core::audit::{self, Log};
use toolgate_core::oauth::bearer;
use toolgate_core::upstream::kept::Named;

use crate::platform::PlatformEntropy;
use crate::platform::bindings::Env;
use crate::platform::host::Context;
use crate::ports::app::{App, Deployment};

/// One request, and the server that it came to.
pub struct RequestContext<'a> {
    pub(crate) app: &'static App,
    pub(crate) env: &'a Env,
    pub(crate) context: &'a Context,
    /// Scheme, host and port of the request.
    pub(crate) origin: String,
    /// The path of the resource that is asked for, where it is one.
    resource: &'static str,
    /// Names the request in the audit trail.
    pub(crate) request_id: String,
    /// The decisions, for the audit trail.
    pub(crate) log: Log,
    /// The groups and claims that functions look at; `None` where names of functions clash.
    pub(crate) named: fn() -> Option<&'static [Named]>,
}

/// See [`RequestContext::hold`].
pub(crate) struct Held(
    #[expect(dead_code, reason = "dropped, it ends the wait")] oneshot::Sender<()>,
);

impl<'a> RequestContext<'a> {
    pub(crate) fn new(
        (app, env, context): (&'static App, &'a Env, &'a Context),
        head: &http::Request<()>,
        origin: String,
        named: fn() -> Option<&'static [Named]>,
    ) -> Self {
        let uri = head.uri();
        let request_id = audit::request_id(head.headers(), &mut PlatformEntropy);
        let resource = bearer::resource_path(uri.path());
        Self { app, env, context, origin, resource, request_id, log: Log::default(), named }
    }

    /// Has the request go on to its end when its client is gone, for as long as the guard lives; the
    /// platform allows half a minute.
    pub(crate) fn hold(&self) -> Held {
        let (held, released) = oneshot::channel();
        self.context.wait_until(released.map(drop));
        Held(held)
    }

    /// Goes on with this after the response.
    pub(crate) fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        self.context.wait_until(work);
    }

    /// A challenge of a resource server, with where the resource's metadata is.
    pub(crate) fn located(&self, challenge: &str) -> Option<String> {
        let challenging = self.app.challenging?;
        Some((challenging.located)(challenge, &self.origin, self.resource))
    }

    /// The server with the bindings of its Worker.
    pub(crate) fn deployment(&self) -> Deployment<'_> {
        Deployment { app: self.app, env: self.env }
    }
}
