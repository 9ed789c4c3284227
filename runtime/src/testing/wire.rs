//! Requests that need more than an answer of their own: those about tasks, streams and sessions.

use toolgate_core::audit::Event;
use toolgate_core::seal;

use super::client::TestClient;
use super::server::TestServer;
use crate::audit;
use crate::platform::host::{Context, Response};
use crate::platform::now;
use crate::ports::principal::{Admitted, Principal};
use crate::ports::request_context::RequestContext;
use crate::routes::mcp;
use crate::tool::registry::registry;

/// The response to a request of this person, on the way of production after the sign-in, and what was
/// decided about it.
pub(super) async fn send(
    server: &TestServer,
    client: &TestClient,
    request: http::Request<Vec<u8>>,
) -> (Response, Vec<Event>) {
    let (app, env, caller) = (server.app(), server.env(), &client.caller);
    let (head, body) = request.into_parts();
    let head = http::Request::from_parts(head, ());
    let named = || Some(registry().ok()?.named());
    let origin = "https://server.test".to_owned();
    let context = RequestContext::new((app, env, &Context), &head, origin, named);
    let subject_key = seal::sha256(&caller.subject);
    context.log.person(&subject_key, caller);
    context.log.client(&caller.client_id);
    let expires = now() + u64::from(app.config.tokens.access_token_ttl);
    let (caller, credential) = (caller.clone(), client.credential());
    let principal = Principal { caller, subject_key, expires, credential };
    let sender = Admitted { principal, grant: None };
    let response = mcp::answer(&context, &sender, server.registry(), head, body).await;
    let response = response.unwrap_or_else(|error| panic!("the server failed: {error}"));
    let mut events = audit::take_events();
    events.extend(context.log.take());
    (response, events)
}
