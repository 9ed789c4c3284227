//! Who wants to hear of what changes outside of any request: `subscriptions/listen` (MCP 2026-07-28),
//! and the sessions of legacy revisions.
//!
//! One object has the streams of all who listen, and knows the sessions; each of them judges for
//! itself what its caller may hear.

mod object;

use futures_util::future::LocalBoxFuture;
use http::HeaderMap;
use toolgate_core::mcp::listen::Listen;
use toolgate_core::mcp::notify::Change;
use worker::{Env, Request, Response, Stub};

use crate::entry::Incoming;
use crate::feature::{Feature, Hub};
use crate::mcp::Admitted;
use crate::object::Object;
use crate::relay;
use crate::store::OBJECT_BINDING;

/// Paths inside the object. Opens a stream.
const LISTEN: &str = "/hub/listen";
/// Tells of a change.
const PUBLISH: &str = "/hub/publish";
/// A session wants to hear of changes; the body is its name.
pub(crate) const REGISTER: &str = "/hub/register";
/// A session is over.
pub(crate) const UNREGISTER: &str = "/hub/unregister";

/// Notifications.
pub static HUB: &dyn Feature = &HubFeature;

#[derive(Debug)]
struct HubFeature;

impl Feature for HubFeature {
    fn prefix(&self) -> &'static str {
        "/hub/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(object::serve(object, request))
    }

    /// What is stored ends with the sessions, so no alarm is ever set for it.
    fn alarm<'a>(&'a self, _: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn hub(&self) -> Option<&dyn Hub> {
        Some(self)
    }
}

impl Hub for HubFeature {
    fn listen<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        listen: Listen,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let message = serde_json::to_vec(&listen)?;
            let (stub, headers) = (stub(incoming.env)?, HeaderMap::new());
            relay::send(incoming, &stub, admitted, (LISTEN, "hub"), &headers, &message).await
        })
    }

    fn publish<'a>(
        &'a self,
        env: &'a Env,
        change: &'a Change,
    ) -> LocalBoxFuture<'a, worker::Result<()>> {
        Box::pin(async move { tell(env, PUBLISH, &serde_json::to_vec(change)?).await })
    }
}

/// Tells the hub something.
pub(crate) async fn tell(env: &Env, path: &str, body: &[u8]) -> worker::Result<()> {
    match relay::post(&stub(env)?, path, None, body).await?.status_code() {
        200 => Ok(()),
        status => Err(["the hub answered ", &status.to_string()].concat().into()),
    }
}

fn stub(env: &Env) -> worker::Result<Stub> {
    env.durable_object(OBJECT_BINDING)?.get_by_name("hub")
}
