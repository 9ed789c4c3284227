//! Who wants to hear of what changes outside of any request: `subscriptions/listen` (MCP 2026-07-28),
//! and the sessions of legacy revisions.
//!
//! One object has the streams of all who listen, and knows the sessions; each of them judges for
//! itself what its caller may hear.

mod hearer;
mod object;

pub(crate) use self::hearer::Hearer;

use futures_util::future::LocalBoxFuture;
use http::HeaderMap;
use toolgate_core::mcp::listen::{LISTENING, Listen, Listening};
use toolgate_core::mcp::notify::Change;
use worker::{Request, Response};

use crate::app::App;
use crate::bindings::Env;
use crate::entry::Incoming;
use crate::feature::{Feature, Hub};
use crate::mcp::Admitted;
use crate::object::Object;
use crate::relay;
use crate::store::OBJECT_BINDING;

/// What a session says to a change that is over, or has no stream for it: it need not be told any more.
pub(crate) const GONE: &str = "gone";
/// The name of the one object, and the paths inside it.
const NAME: &str = "hub";
/// Opens a stream.
const LISTEN: &str = "/hub/listen";
/// Tells of a change.
const PUBLISH: &str = "/hub/publish";
/// A session wants to hear of changes; the body is its owner, and the name of its object.
const REGISTER: &str = "/hub/register";
/// A session is over; the body is the name of its object.
const UNREGISTER: &str = "/hub/unregister";

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

    fn hub(&self) -> Option<&dyn Hub> {
        Some(self)
    }
}

impl Hub for HubFeature {
    fn listening(&self) -> &'static Listening {
        &LISTENING
    }

    fn hears(&self, object: &Object, hearer: &Hearer<'_>, change: &str) -> Option<String> {
        hearer.hears(object, &toolgate_core::json::from_str(change).ok()?)
    }

    fn listen<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        listen: Listen,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let message = serde_json::to_vec(&listen)?;
            let stub = incoming.env.durable_object(OBJECT_BINDING)?.get_by_name(NAME)?;
            let headers = HeaderMap::new();
            relay::send(incoming, &stub, admitted, (LISTEN, NAME), &headers, &message).await
        })
    }

    fn publish<'a>(
        &'a self,
        env: &'a Env,
        change: &'a Change,
    ) -> LocalBoxFuture<'a, worker::Result<()>> {
        Box::pin(async move { tell(env, PUBLISH, &serde_json::to_string(change)?).await })
    }
}

/// Has the hub tell a session of changes, where the server announces any.
pub(crate) async fn register(object: &Object, owner: &str, name: &str) -> worker::Result<()> {
    if !object.app().config.transport.notifications {
        return Ok(());
    }
    tell(object.env(), REGISTER, &[owner, "\n", name].concat()).await
}

/// The session is over.
pub(crate) async fn forget(app: &App, env: &Env, name: &str) -> worker::Result<()> {
    if !app.config.transport.notifications {
        return Ok(());
    }
    tell(env, UNREGISTER, name).await
}

/// Tells the hub something.
async fn tell(env: &Env, path: &str, text: &str) -> worker::Result<()> {
    relay::ask(env, NAME, path, text).await.map(drop)
}
