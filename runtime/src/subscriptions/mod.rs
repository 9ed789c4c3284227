//! Subscribers to changes outside of any request: `subscriptions/listen` (MCP 2026-07-28),
//! and the sessions of legacy revisions.
//!
//! One object has the streams of all who listen, and knows the sessions; each of them judges for
//! itself what its caller may hear.

mod object;
mod sessions;
mod subscriber;

use futures_util::future::LocalBoxFuture;
use http::HeaderMap;
use toolgate_core::mcp::listen::{LISTENING, Listen, Listening};
use toolgate_core::mcp::notify::Change;

use crate::http::object_client;
use crate::platform::bindings::Env;
use crate::platform::host::{Request, Response};
use crate::ports::app::App;
use crate::ports::feature::{Feature, SessionRecord, Subscriptions};
use crate::ports::object::Object;
use crate::ports::principal::Admitted;
use crate::ports::request_context::RequestContext;

/// The answer of a session that is over, or has no stream for a change: it need not be told any more.
pub(crate) const GONE: &str = "gone";
/// The answer of the hub to a session that it has no room for.
const FULL: &str = "full";
/// The name of the one object, and the paths inside it.
const NAME: &str = "hub";
/// Opens a stream.
const LISTEN: &str = "/hub/listen";
/// Tells of a change.
const PUBLISH: &str = "/hub/publish";
/// A session wants to hear of changes; the body is its subject key, and the name of its object.
const REGISTER: &str = "/hub/register";
/// A session is over; the body is the name of its object.
const UNREGISTER: &str = "/hub/unregister";

/// Notifications.
pub static SUBSCRIPTIONS: &dyn Feature = &SubscriptionsFeature;

#[derive(Debug)]
struct SubscriptionsFeature;

impl Feature for SubscriptionsFeature {
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

    fn subscriptions(&self) -> Option<&dyn Subscriptions> {
        Some(self)
    }
}

impl Subscriptions for SubscriptionsFeature {
    fn listening(&self) -> &'static Listening {
        &LISTENING
    }

    fn hears(&self, object: &Object, session: &SessionRecord, changes: &str) -> Vec<String> {
        let changes: Vec<Change> = toolgate_core::from_json::read(changes).unwrap_or_default();
        changes.iter().filter_map(|change| session.hears(object, change)).collect()
    }

    fn listen<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        sender: &'a Admitted,
        listen: Listen,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let message = serde_json::to_vec(&listen)?;
            let stub = object_client::stub(request.app, request.env, NAME)?;
            let headers = HeaderMap::new();
            object_client::send(request, &stub, sender, (LISTEN, NAME), &headers, &message).await
        })
    }

    fn publish<'a>(
        &'a self,
        app: &'static App,
        env: &'a Env,
        change: &'a Change,
    ) -> LocalBoxFuture<'a, worker::Result<()>> {
        Box::pin(
            async move { tell(app, env, PUBLISH, &serde_json::to_string(change)?).await.map(drop) },
        )
    }
}

/// Has the hub tell a session of changes, where the server announces any. False when so many sessions
/// hear of them that there is no room for one more.
pub(crate) async fn register(
    object: &Object,
    subject_key: &str,
    name: &str,
) -> worker::Result<bool> {
    if !object.app().config.transport.notifications {
        return Ok(true);
    }
    let row = [subject_key, "\n", name].concat();
    Ok(tell(object.app(), object.env(), REGISTER, &row).await? != FULL)
}

/// The session is over.
pub(crate) async fn forget(app: &App, env: &Env, name: &str) -> worker::Result<()> {
    if !app.config.transport.notifications {
        return Ok(());
    }
    tell(app, env, UNREGISTER, name).await.map(drop)
}

/// Tells the hub something.
async fn tell(app: &App, env: &Env, path: &str, text: &str) -> worker::Result<String> {
    object_client::ask(app, env, NAME, path, text).await
}
