//! `/mcp`: Streamable HTTP without a Durable Object.

use futures_util::future::LocalBoxFuture;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde_json::json;
use toolgate_core::audit::Log;
use toolgate_core::mcp::{self, Accepted};
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::oauth::{bearer, callback};
use toolgate_core::reply::{self, Reply};
use toolgate_policy::Caller;
use worker::{Request, Response};

use crate::app::App;
use crate::call::stateless;
use crate::console::log_error;
use crate::entry::Incoming;
use crate::identity::Unvouched;
use crate::lease::Lease;
use crate::oauth::Setup;
use crate::platform::{EnvVars, now};
use crate::tool::registry::{Registry, registry};
use crate::{convert, feature, grants, oauth};

/// Serves one request to the MCP endpoint. Boxed, since it is reached from more than one route.
pub(crate) fn serve<'a>(
    incoming: &'a Incoming<'a>,
    head: http::Request<()>,
    request: Request,
) -> LocalBoxFuture<'a, worker::Result<Response>> {
    Box::pin(answer(incoming, head, request))
}

async fn answer(
    incoming: &Incoming<'_>,
    head: http::Request<()>,
    mut request: Request,
) -> worker::Result<Response> {
    let app = incoming.app;
    let (admitted, body, registry) = match receive(incoming, &head, &mut request).await {
        Ok(received) => received,
        Err(reply) => return incoming.respond(*reply),
    };
    let server = server(app, registry, &incoming.log);
    if server.sessions
        && let Some(sessions) = feature::sessions(app)
        && let Some(response) = sessions.serve(incoming, &admitted, &head, &body).await
    {
        return response;
    }
    let vars = EnvVars(incoming.env);
    match mcp::accept_http(&server, &admitted.caller, &vars, &head.map(|()| body)) {
        Accepted::Done(reply) => incoming.respond(located(incoming, reply)),
        Accepted::Run(exchange) => {
            // Told before it happens: a call may run long, or never come back.
            incoming.flush();
            stateless::answer(incoming, &admitted, registry, exchange).await
        }
        Accepted::Begin(begin) => match feature::sessions(app) {
            Some(sessions) => sessions.begin(incoming, &admitted, begin).await,
            None => incoming.respond(begin.response),
        },
        Accepted::Listen(listen) => match feature::hub(app) {
            Some(hub) => hub.listen(incoming, &admitted, listen).await,
            None => incoming.respond(nobody_listens()),
        },
        Accepted::Task(request) => match feature::tasks(app) {
            Some(tasks) => incoming.respond(tasks.serve(incoming, &admitted, request).await),
            None => incoming.respond(nobody_listens()),
        },
    }
}

/// Adds to a challenge where the resource's metadata is, which only the address tells.
fn located(incoming: &Incoming<'_>, mut reply: Reply) -> Reply {
    let challenge = reply.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    let located = challenge.and_then(|challenge| incoming.located(challenge));
    if let Some(Ok(located)) = located.map(HeaderValue::try_from) {
        reply.headers_mut().insert(WWW_AUTHENTICATE, located);
    }
    reply
}

/// Who sends a request, what it says, and what it may reach.
async fn receive(
    incoming: &Incoming<'_>,
    head: &http::Request<()>,
    request: &mut Request,
) -> Result<(Admitted, Vec<u8>, &'static Registry), Box<Reply>> {
    let admitted = authenticate(incoming, head).await?;
    let body = read_body(incoming, head, request).await?;
    Ok((admitted, body, linked(incoming.app)?))
}

/// The answer where a method is advertised and what serves it is not linked. The macros link it
/// wherever they advertise it.
fn nobody_listens() -> Reply {
    reply::text(StatusCode::NOT_FOUND, "Nothing here serves this method.")
}

/// Who sends a request, and the name of what is theirs.
pub struct Admitted {
    pub(crate) caller: Caller,
    /// Pseudonym of the person; sessions are bound to it.
    pub(crate) shard: String,
    /// When what let them in is over.
    pub(crate) lease: Lease,
}

/// Lets in the holder of an access token whose grant still stands, and whoever the provider in
/// front of the Worker vouches for. Boxed, as [`serve`] is.
pub(crate) fn authenticate<'a>(
    incoming: &'a Incoming<'a>,
    head: &'a http::Request<()>,
) -> LocalBoxFuture<'a, Result<Admitted, Box<Reply>>> {
    Box::pin(admit(incoming, head))
}

async fn admit(incoming: &Incoming<'_>, head: &http::Request<()>) -> Result<Admitted, Box<Reply>> {
    let setup = oauth::setup(incoming)
        .map_err(|error| Box::new(oauth::not_configured(incoming, &error, false)))?;
    let path = head.uri().path();
    let opened = bearer::authenticate(&setup.keys, &incoming.origin, path, head.headers(), now());
    match opened {
        Ok(token) => by_token(incoming, path, token).await,
        Err(refusal) => vouched(incoming, &setup, head).await.unwrap_or(Err(refusal)),
    }
}

fn note(incoming: &Incoming<'_>, admitted: &Admitted) {
    incoming.log.person(&admitted.shard, &admitted.caller);
    incoming.log.client(&admitted.caller.client_id);
}

async fn by_token(
    incoming: &Incoming<'_>,
    path: &str,
    token: AccessToken,
) -> Result<Admitted, Box<Reply>> {
    let stands = grants::stands(incoming, &token).await;
    let AccessToken { caller, address, issued, expires, .. } = token;
    let shard = address.shard.clone();
    let lease = Lease { until: expires, grant: Some((address, issued)) };
    let admitted = Admitted { caller, shard, lease };
    note(incoming, &admitted);
    match stands {
        Ok(true) => Ok(admitted),
        Ok(false) => Err(Box::new(bearer::revoked(&incoming.origin, path))),
        Err(error) => {
            log_error!("storage failed: {error}");
            Err(unavailable("The storage did not answer; try again."))
        }
    }
}

/// The caller by the word of what stands in front of the Worker. A token that we made decides by
/// itself, and one that is over is not made good by anything else; Access forwards its own tokens,
/// which say nothing to us.
async fn vouched(
    incoming: &Incoming<'_>,
    setup: &Setup,
    head: &http::Request<()>,
) -> Option<Result<Admitted, Box<Reply>>> {
    let App { config, identity, .. } = incoming.app;
    let verdict = identity.vouch(config, &setup.provider, head.headers()).await?;
    if bearer::is_ours(&setup.keys, &incoming.origin, head.headers()) {
        return None;
    }
    Some(match verdict {
        Ok(caller) => {
            let shard = callback::shard(&setup.keys, &setup.provider, &caller.subject);
            let until = now() + u64::from(config.tokens.access_token_ttl);
            let admitted = Admitted { caller, shard, lease: Lease { until, grant: None } };
            note(incoming, &admitted);
            Ok(admitted)
        }
        Err(Unvouched::Refused) => {
            Err(Box::new(bearer::not_asserted(&incoming.origin, head.uri().path())))
        }
        Err(Unvouched::Unavailable) => {
            Err(unavailable("The keys of Cloudflare Access could not be had; try again."))
        }
    })
}

fn unavailable(why: &str) -> Box<Reply> {
    Box::new(reply::text(StatusCode::SERVICE_UNAVAILABLE, why))
}

/// Reads the body of a message, up to `[transport] max_body_bytes`.
pub(crate) async fn read_body(
    incoming: &Incoming<'_>,
    head: &http::Request<()>,
    request: &mut Request,
) -> Result<Vec<u8>, Box<Reply>> {
    if head.method() != Method::POST {
        return Ok(Vec::new());
    }
    let limit = incoming.app.config.transport.max_body_bytes as usize;
    let body = convert::body(request, head.headers(), limit).await;
    body.map_err(|error| Box::new(error.into_reply()))
}

/// The registry. A clash of names is found by the user's own tests; should one be deployed all the
/// same, nothing is served, since nobody could say which tool a policy guards.
pub(crate) fn linked(app: &App) -> Result<&'static Registry, Box<Reply>> {
    registry().map_err(|clash| {
        log_error!("{} cannot serve: {clash}", app.package_name);
        Box::new(reply::json(
            StatusCode::SERVICE_UNAVAILABLE,
            &json!({ "error": "This server's tools have clashing names; see its log" }),
        ))
    })
}

pub(crate) fn server<'a>(
    app: &'static App,
    registry: &'a Registry,
    log: &'a Log,
) -> mcp::Server<'a> {
    let transport = &app.config.transport;
    mcp::Server {
        config: &app.config,
        version: app.version(),
        tools: registry.infos(),
        prompts: registry.prompt_infos(),
        resources: registry.resource_infos(),
        families: registry.families(),
        sessions: registry.interactive() || transport.notifications,
        notifications: feature::hub(app).map(|hub| hub.listening()),
        challenging: app.challenging,
        refusing: app.refusing,
        page_size: transport.page_size,
        log,
    }
}
