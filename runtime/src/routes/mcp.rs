//! `/mcp`: Streamable HTTP without a Durable Object.

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use toolgate_core::mcp::{self, Accepted};
use toolgate_core::reply::{self, Reply};

use crate::auth::admission;
use crate::call::stateless;
use crate::http::convert;
use crate::platform::EnvVars;
use crate::platform::host::{Request, Response};
use crate::ports::principal::Admitted;
use crate::ports::request_context::RequestContext;
use crate::tool::features;
use crate::tool::registry::Registry;
use crate::tool::server;

/// Serves one request to the MCP endpoint.
pub(crate) async fn serve(
    request: &RequestContext<'_>,
    head: http::Request<()>,
    mut worker_request: Request,
) -> worker::Result<Response> {
    let (sender, body, registry) = match receive(request, &head, &mut worker_request).await {
        Ok(received) => received,
        Err(reply) => return request.respond(*reply),
    };
    answer(request, &sender, registry, head, body).await
}

/// Answers a request that was let in.
pub(crate) async fn answer(
    request: &RequestContext<'_>,
    sender: &Admitted,
    registry: &'static Registry,
    head: http::Request<()>,
    body: Vec<u8>,
) -> worker::Result<Response> {
    let app = request.app;
    let server = server::server(app, registry, &request.log);
    if server.sessions
        && let Some(sessions) = features::sessions(app)
        && let Some(response) = sessions.serve(request, sender, &head, &body).await
    {
        return response;
    }
    let vars = EnvVars(request.env);
    match mcp::accept_http(&server, &sender.principal.caller, &vars, &head.map(|()| body)) {
        Accepted::Done(reply) => request.respond(located(request, reply)),
        Accepted::Run(exchange) => {
            // Told before it happens: a call may run long, or never come back.
            request.flush();
            stateless::answer(request, sender, registry, exchange).await
        }
        Accepted::Begin(begin) => match features::sessions(app) {
            Some(sessions) => sessions.begin(request, sender, begin).await,
            None => request.respond(begin.response),
        },
        Accepted::Listen(listen) => match features::subscriptions(app) {
            Some(hub) => hub.listen(request, sender, listen).await,
            None => request.respond(nobody_listens()),
        },
        Accepted::Task(task) => match features::tasks(app) {
            Some(tasks) => request.respond(tasks.serve(request, &sender.principal, task).await),
            None => request.respond(nobody_listens()),
        },
    }
}

/// Adds to a challenge where the resource's metadata is, which only the address tells.
fn located(request: &RequestContext<'_>, mut reply: Reply) -> Reply {
    let challenge = reply.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    let located = challenge.and_then(|challenge| request.located(challenge));
    if let Some(Ok(located)) = located.map(HeaderValue::try_from) {
        reply.headers_mut().insert(WWW_AUTHENTICATE, located);
    }
    reply
}

/// The sender of a request, its body, and the functions that it may reach.
async fn receive(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    worker_request: &mut Request,
) -> Result<(Admitted, Vec<u8>, &'static Registry), Box<Reply>> {
    let mut sender = admission::authenticate(request, head).await?;
    if let Some(as_caller) = features::as_caller(request.app) {
        let grant = sender.grant.as_ref();
        sender.principal.credential = as_caller.credential(request.app, head.headers(), grant);
    }
    if let Some(accounts) = request.app.accounts {
        sender.principal.credential = (accounts.credential)(sender.grant.as_ref());
    }
    let body = convert::read_body(request, head, worker_request).await?;
    Ok((sender, body, server::linked(request.app)?))
}

/// The answer where a method is advertised and what serves it is not linked. The macros link it
/// wherever they advertise it.
fn nobody_listens() -> Reply {
    reply::text(StatusCode::NOT_FOUND, "Nothing here serves this method.")
}
