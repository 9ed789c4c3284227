//! The Worker's `fetch`: one request in, one response out.

use http::uri::PathAndQuery;
use http::{HeaderMap, Method, StatusCode, Uri};
use toolgate_core::audit::{self, Reason};
use toolgate_core::cors::{self, Sender};
use toolgate_core::host;
use toolgate_core::oauth::metadata;
use toolgate_core::page;
use toolgate_core::paths;
use toolgate_core::reply::{self, Reply};
use toolgate_core::upstream::kept::Named;
use toolgate_core::upstream::provider;
use toolgate_policy::Vars as _;

use crate::http::convert;
use crate::identity;
use crate::platform::EnvVars;
use crate::platform::bindings::Env;
use crate::platform::host::{Context, Request, Response};
use crate::ports::app::App;
use crate::ports::request_context::RequestContext;
use crate::ports::store::Serve;
use crate::routes::{mcp, oauth};
use crate::tool::features;
use crate::tool::registry::registry;
use crate::tool::route;
use crate::tool::server;

/// Serves one request.
///
/// # Errors
/// Only when the platform refuses a response, which it never did for what is built here.
pub async fn fetch(
    app: &'static App,
    worker_request: Request,
    env: Env,
    context: Context,
) -> worker::Result<Response> {
    let head = convert::head(&worker_request).map(without_slash);
    let unread = http::Request::new(());
    let known = head.as_ref().unwrap_or(&unread);
    let origin = host::origin(known.uri());
    let is_sound = origin.is_some();
    let request =
        RequestContext::new((app, &env, &context), known, origin.unwrap_or_default(), named);
    let response = match head {
        Ok(_) if !is_sound => request.respond(host::misdirected()),
        Ok(head) => match misdirected(&request, &head) {
            Some(reply) => request.respond(reply),
            None => route(&request, head, worker_request).await,
        },
        Err(reply) => request.respond(*reply),
    };
    request.flush();
    if let Some(renewal) = identity::overdue() {
        request.wait_until(renewal);
    }
    response
}

/// The groups and claims that functions look at; `None` where their names clash.
fn named() -> Option<&'static [Named]> {
    Some(registry().ok()?.named())
}

/// True if the path is one of MCP.
fn is_mcp(app: &App, path: &str) -> bool {
    match path {
        paths::MCP_PATH => true,
        paths::SSE_PATH | paths::MESSAGES_PATH => app.config.transport.sse,
        _ => false,
    }
}

/// `/mcp/` is `/mcp`: some clients add the slash that they see in other addresses.
fn without_slash(mut head: http::Request<()>) -> http::Request<()> {
    if head.uri().path().strip_suffix('/') == Some(paths::MCP_PATH) {
        let mut parts = head.uri().clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::from_static(paths::MCP_PATH));
        if let Ok(uri) = Uri::from_parts(parts) {
            *head.uri_mut() = uri;
        }
    }
    head
}

/// The refusal of a request to a host that the server does not answer to, before anything is served.
fn misdirected(request: &RequestContext<'_>, head: &http::Request<()>) -> Option<Reply> {
    let RequestContext { app, env, .. } = request;
    let vars = EnvVars(env);
    let allowed = &app.config.transport.allowed_hosts;
    let is_local = app.config.identity.provider.is_local();
    let is_served = host::is_served(head.uri(), allowed.iter().map(AsRef::as_ref), is_local);
    // On the MCP routes `Origin` is judged first, and the rest when the provider is needed.
    let is_elsewhere = || {
        allowed.is_empty()
            && !is_mcp(app, head.uri().path())
            && provider::is_elsewhere(&app.config, &vars, &request.origin)
    };
    if !is_served || is_elsewhere() {
        return Some(host::misdirected());
    }
    // `cargo toolgate dev` sets the variable whatever the provider is in production.
    let is_guarded = match vars.var(host::DEV_REMOTE).as_deref() {
        Some("1") => false,
        Some(_) => true,
        None => is_local,
    };
    (is_guarded && host::is_from_elsewhere(head.headers())).then(host::not_for_others)
}

async fn route(
    request: &RequestContext<'_>,
    head: http::Request<()>,
    mut worker_request: Request,
) -> worker::Result<Response> {
    let path = head.uri().path();
    if is_mcp(request.app, path) {
        protected(request, head, worker_request).await
    } else if oauth::is_route(request.app, path) {
        let reply = oauth::serve(request, head, &mut worker_request).await;
        request.respond(reply)
    } else if let Some(serve) = desk(request.app, &head).or_else(|| route::find(&head)) {
        serve(request, head, worker_request).await
    } else {
        convert::response(document(request, &head))
    }
}

/// What serves a page or endpoint by which others end grants.
fn desk(app: &App, head: &http::Request<()>) -> Option<Serve> {
    (app.switch?.find)(app, head)
}

/// Routes of MCP: `Origin` is judged first, and every answer carries what browsers need.
async fn protected(
    request: &RequestContext<'_>,
    head: http::Request<()>,
    worker_request: Request,
) -> worker::Result<Response> {
    let transport = &request.app.config.transport;
    let allowed = transport.allowed_origins.iter().map(AsRef::as_ref);
    let sender = Sender::of(head.headers(), &request.origin, allowed);
    if sender == Sender::Foreign {
        return request.respond(audit::because(cors::foreign(), Reason::OriginForeign));
    }
    let response = if head.method() == Method::OPTIONS {
        convert::response(cors::mcp_preflight(head.headers()))?
    } else {
        serve_mcp(request, head, worker_request).await?
    };
    label(response, &sender)
}

/// Streamable HTTP, which clients may also send to the paths of HTTP+SSE.
async fn serve_mcp(
    request: &RequestContext<'_>,
    head: http::Request<()>,
    worker_request: Request,
) -> worker::Result<Response> {
    if head.uri().path() != paths::MCP_PATH {
        match features::http_sse(request.app) {
            Some(http_sse) if http_sse.takes(&head) => {
                return http_sse.route(request, head, worker_request).await;
            }
            Some(_) => {}
            None => return convert::response(not_found(head.headers())),
        }
    }
    mcp::serve(request, head, worker_request).await
}

fn label(mut response: Response, sender: &Sender) -> worker::Result<Response> {
    let mut labels = Reply::default();
    sender.label(&mut labels);
    for (name, value) in labels.headers() {
        response.headers_mut().set(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    Ok(response)
}

/// A document that needs neither keys nor a body, or the answer where there is nothing.
fn document(request: &RequestContext<'_>, head: &http::Request<()>) -> Reply {
    let RequestContext { app, origin, .. } = request;
    let path = head.uri().path();
    let found = |reply: Reply| match *head.method() {
        Method::GET => reply,
        Method::HEAD => reply::without_body(reply),
        Method::OPTIONS => reply::readable_by_any_origin(cors::preflight()),
        _ => reply::readable_by_any_origin(reply::method_not_allowed("GET, HEAD, OPTIONS")),
    };
    let described_at = paths::described_at(path);
    if let Some(resource) =
        described_at.filter(|it| *it != paths::SSE_PATH || app.config.transport.sse)
    {
        return found(metadata::protected_resource(&app.config, origin, resource));
    }
    match path {
        paths::LANDING_PATH => found(described(request, toolgate_core::mcp::landing)),
        paths::HEALTH_PATH => found(health(app)),
        paths::AUTHORIZATION_SERVER | paths::OPENID_CONFIGURATION => {
            let grants = |members: &mut _| {
                app.token_grants.iter().for_each(|grant| (grant.describe)(&app.config, members));
            };
            found(metadata::authorization_server(&app.config, origin, grants))
        }
        paths::SERVER_CARD_PATH | paths::WELL_KNOWN_SERVER_CARD => {
            found(described(request, toolgate_core::mcp::card))
        }
        // Clients in browsers look for metadata in several places, and have to read that it is not
        // in this one.
        _ if path.starts_with(paths::WELL_KNOWN) => {
            found(reply::readable_by_any_origin(not_found(head.headers())))
        }
        _ if head.method() == Method::HEAD => reply::without_body(not_found(head.headers())),
        _ => not_found(head.headers()),
    }
}

/// A document about the server and its functions.
fn described(
    request: &RequestContext<'_>,
    document: fn(&toolgate_core::mcp::Server<'_>, &str, &str) -> Reply,
) -> Reply {
    let RequestContext { app, origin, log, .. } = request;
    match server::linked(app) {
        Ok(registry) => document(&server::server(app, registry, log), app.package_name, origin),
        Err(reply) => *reply,
    }
}

fn health(app: &App) -> Reply {
    reply::json(
        StatusCode::OK,
        &serde_json::json!({ "status": "ok", "name": app.package_name, "version": app.version() }),
    )
}

fn not_found(headers: &HeaderMap) -> Reply {
    let wants_page = headers
        .get(http::header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    if wants_page {
        return page::message(
            StatusCode::NOT_FOUND,
            "There is nothing here",
            "This server has no page at this address.",
            "The start page tells how to connect an MCP client.",
        );
    }
    let message = ["Not found. The MCP endpoint of this server is ", paths::MCP_PATH, "."].concat();
    reply::text(StatusCode::NOT_FOUND, &message)
}
