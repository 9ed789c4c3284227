//! An author's own HTTP routes, next to those of MCP and OAuth. `#[http]` names [`ROUTES`], so a server
//! without such functions contains nothing of it.

mod admit;
mod limit;
mod run;
mod signed;

use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value};
use toolgate_core::audit::{Event, EventKind, Reason, reason_of};
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::{self, Reply};
use toolgate_core::route::matching::{self, Matched};
use toolgate_core::route::{Guard, RouteInfo, answer, request as seen, visitor};

use crate::http::convert;
use crate::platform::console::log_error;
use crate::platform::host::{Request, Response};
#[cfg(not(target_arch = "wasm32"))]
use crate::ports::principal::Principal;
use crate::ports::request_context::RequestContext;
use crate::tool::route::{RouteDef, RouteDoor, RouteRequest, all};

/// What serves the routes of a server that has some.
pub static ROUTES: RouteDoor = RouteDoor { finds, serve, returned };

/// Parameters of a path, by name.
type Parameters = Vec<(&'static str, String)>;

/// Who sends a request, as far as it is known before it is looked at.
pub(crate) enum Sender {
    /// The request says.
    Unknown,
    /// The test says: a person, or nobody.
    #[cfg(not(target_arch = "wasm32"))]
    Test(Option<Box<Principal>>),
}

fn finds(head: &http::Request<()>) -> bool {
    matching::find(&infos(), head.method(), head.uri().path()) != Matched::Nothing
}

fn serve<'a>(
    request: &'a RequestContext<'a>,
    head: http::Request<()>,
    mut worker_request: Request,
) -> LocalBoxFuture<'a, worker::Result<Response>> {
    Box::pin(async move {
        let reply = answer(request, &head, &mut worker_request, Sender::Unknown).await;
        // It was found before.
        let nothing = || reply::text(StatusCode::NOT_FOUND, "Not found.");
        request.respond(reply.unwrap_or_else(nothing))
    })
}

fn returned(
    oauth: &mut OAuthContext<'_>,
    returned: &Returned,
    identified: &Identified,
) -> Option<Reply> {
    visitor::returned(oauth, returned, identified, &infos())
}

fn infos() -> Vec<RouteInfo> {
    all().map(|route| route.info).collect()
}

/// The answer to a request; `None` where no route has its path. Whatever is answered under such a path has an
/// origin of its own, since the author's pages are there.
pub(crate) async fn answer(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    worker_request: &mut Request,
    sender: Sender,
) -> Option<Reply> {
    let matched = matching::find(&infos(), head.method(), head.uri().path());
    if matched == Matched::Nothing {
        return None;
    }
    let mut reply = match counted(request, head.headers(), &sender).await {
        Ok(()) => found(request, head, worker_request, matched, sender).await?,
        Err(refusal) => *refusal,
    };
    if head.method() == Method::HEAD {
        reply = reply::without_body(reply);
    }
    answer::seal_off(&mut reply);
    Some(reply)
}

/// Counts the request, whatever becomes of it. A test has no network address.
async fn counted(
    request: &RequestContext<'_>,
    headers: &HeaderMap,
    sender: &Sender,
) -> Result<(), Box<Reply>> {
    match sender {
        Sender::Unknown => limit::count(request, headers).await,
        #[cfg(not(target_arch = "wasm32"))]
        Sender::Test(_) => Ok(()),
    }
}

async fn found(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    worker_request: &mut Request,
    matched: Matched,
    sender: Sender,
) -> Option<Reply> {
    let (index, parameters) = match matched {
        Matched::Nothing => return None,
        Matched::OtherMethods(allowed) => return Some(other_method(&allowed)),
        Matched::Route(index, parameters) => (index, parameters),
    };
    let route = all().nth(index)?;
    let served = serve_one(request, head, worker_request, (route, parameters), sender).await;
    Some(served.unwrap_or_else(|refusal| tell(request, route, *refusal)))
}

/// `405`, for any sender: which methods a path has is no secret.
fn other_method(allowed: &str) -> Reply {
    let text = ["This address answers ", allowed, " only."].concat();
    let mut reply = reply::text(StatusCode::METHOD_NOT_ALLOWED, &text);
    if let Ok(allowed) = allowed.parse() {
        reply.headers_mut().insert(http::header::ALLOW, allowed);
    }
    reply
}

/// Tells the audit trail of a refusal, with the route that it was about.
fn tell(request: &RequestContext<'_>, route: &RouteDef, mut refusal: Reply) -> Reply {
    // How every client begins.
    if let Some(reason) = reason_of(&refusal).filter(|reason| *reason != Reason::TokenMissing) {
        request.log.record(event(route, EventKind::RouteDenied, reason));
    }
    refusal.extensions_mut().remove::<Reason>();
    refusal
}

fn event(route: &RouteDef, kind: EventKind, reason: Reason) -> Event {
    let policy = match route.info.guard {
        Guard::Policy { name, .. } => Some(name),
        _ => None,
    };
    Event { tool: Some(route.info.name), policy, ..Event::new(kind, reason) }
}

async fn serve_one(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    worker_request: &mut Request,
    (route, parameters): (&'static RouteDef, Parameters),
    sender: Sender,
) -> Result<Reply, Box<Reply>> {
    let headers = head.headers();
    seen::refuse_worker(headers).map_or(Ok(()), |refusal| Err(Box::new(refusal)))?;
    // What is begun here goes to its end, though the client may cut the connection.
    let _held = request.hold();
    let mut principal = admit::nobody();
    let mut signed = None;
    let reason = match &route.info.guard {
        Guard::Public => Reason::RoutePublic,
        Guard::Policy { name, .. } => {
            let asked = (&arguments(&parameters), sender);
            principal = admit::admit(request, head, route, name, asked).await?;
            Reason::PolicyMatched
        }
        Guard::Signed(scheme) => {
            signed = Some(signed::read(request, scheme, headers)?);
            Reason::SignatureValid
        }
    };
    let body = read(request, head, worker_request).await?;
    if let Some(signed) = signed {
        signed.verify(&body)?;
    }
    let is_guarded = matches!(route.info.guard, Guard::Policy { .. });
    let incoming = RouteRequest {
        method: head.method().clone(),
        path: head.uri().path().to_owned(),
        query: head.uri().query().unwrap_or_default().to_owned(),
        headers: seen::visible(headers, is_guarded),
        parameters,
        body,
    };
    let decision = event(route, EventKind::RouteAllowed, reason);
    let reply = run::run(request, route, decision, principal, incoming).await;
    Ok(guarded(route, reply))
}

/// The answer of the function without what it may not say.
fn guarded(route: &RouteDef, reply: Reply) -> Reply {
    let (reply, dropped) = answer::guarded(reply);
    for header in dropped {
        log_error!(
            "the header `{header}` of route `{}` was left out: it is the server's own",
            route.info.name
        );
    }
    reply
}

/// The parameters of the path, as the arguments that a policy may look at.
fn arguments(parameters: &Parameters) -> Map<String, Value> {
    parameters.iter().map(|(name, text)| ((*name).to_owned(), Value::from(text.clone()))).collect()
}

/// The body, up to `[transport] max_body_bytes`.
async fn read(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    worker_request: &mut Request,
) -> Result<Vec<u8>, Box<Reply>> {
    if matches!(*head.method(), Method::GET | Method::HEAD) {
        return Ok(Vec::new());
    }
    let limit = request.app.config.transport.max_body_bytes as usize;
    let headers: &HeaderMap = head.headers();
    let body = convert::body(worker_request, headers, limit).await;
    body.map_err(|error| Box::new(error.into_reply()))
}
