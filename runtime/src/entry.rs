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
use worker::{Context, Request, Response};

use crate::http::convert;
use crate::identity;
use crate::platform::EnvVars;
use crate::platform::bindings::Env;
use crate::ports::app::App;
use crate::ports::request_context::RequestContext;
use crate::routes::{mcp, oauth};
use crate::tool::features;
use crate::tool::registry::registry;
use crate::tool::server;

/// Serves one request.
///
/// # Errors
/// Only when the platform refuses a response, which it never did for what is built here.
pub async fn fetch(
    app: &'static App,
    request: Request,
    env: Env,
    context: Context,
) -> worker::Result<Response> {
    let head = convert::head(&request).map(without_slash);
    let unread = http::Request::new(());
    let known = head.as_ref().unwrap_or(&unread);
    let origin = host::origin(known.uri());
    let is_sound = origin.is_some();
    let incoming =
        RequestContext::new((app, &env, &context), known, origin.unwrap_or_default(), named);
    let response = match head {
        Ok(_) if !is_sound => incoming.respond(host::misdirected()),
        Ok(head) => match misdirected(&incoming, &head) {
            Some(reply) => incoming.respond(reply),
            None => route(&incoming, head, request).await,
        },
        Err(reply) => incoming.respond(*reply),
    };
    incoming.flush();
    if let Some(renewal) = identity::overdue() {
        incoming.wait_until(renewal);
    }
    response
}

/// The groups and claims that functions look at; `None` where their names clash.
fn named() -> Option<&'static [Named]> {
    Some(registry().ok()?.named())
}

/// Whether the path is one of MCP.
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
fn misdirected(incoming: &RequestContext<'_>, head: &http::Request<()>) -> Option<Reply> {
    let RequestContext { app, env, .. } = incoming;
    let vars = EnvVars(env);
    let allowed = &app.config.transport.allowed_hosts;
    let is_local = app.config.identity.provider.is_local();
    let is_served = host::is_served(head.uri(), allowed.iter().map(AsRef::as_ref), is_local);
    // On the MCP routes `Origin` is judged first, and the rest when the provider is needed.
    let is_elsewhere = || {
        allowed.is_empty()
            && !is_mcp(app, head.uri().path())
            && provider::is_elsewhere(&app.config, &vars, &incoming.origin)
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
    incoming: &RequestContext<'_>,
    head: http::Request<()>,
    mut request: Request,
) -> worker::Result<Response> {
    match head.uri().path() {
        paths::MCP_PATH => protected(incoming, head, request, mcp_route).await,
        path if is_mcp(incoming.app, path) => protected(incoming, head, request, sse_route).await,
        path => match public(incoming, path, &head) {
            Some(reply) => convert::response(reply),
            None => {
                let reply = oauth::serve(incoming, head, &mut request).await;
                incoming.respond(reply)
            }
        },
    }
}

/// Routes of MCP: `Origin` is judged first, and every answer carries what browsers need.
async fn protected<'a, F>(
    incoming: &'a RequestContext<'a>,
    head: http::Request<()>,
    request: Request,
    serve: F,
) -> worker::Result<Response>
where
    F: AsyncFnOnce(&'a RequestContext<'a>, http::Request<()>, Request) -> worker::Result<Response>,
{
    let transport = &incoming.app.config.transport;
    let allowed = transport.allowed_origins.iter().map(AsRef::as_ref);
    let sender = Sender::of(head.headers(), &incoming.origin, allowed);
    if sender == Sender::Foreign {
        return incoming.respond(audit::because(cors::foreign(), Reason::OriginForeign));
    }
    let response = if head.method() == Method::OPTIONS {
        convert::response(cors::mcp_preflight(head.headers()))?
    } else {
        serve(incoming, head, request).await?
    };
    label(response, &sender)
}

fn label(mut response: Response, sender: &Sender) -> worker::Result<Response> {
    let mut labels = Reply::default();
    sender.label(&mut labels);
    for (name, value) in labels.headers() {
        response.headers_mut().set(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    Ok(response)
}

async fn mcp_route(
    incoming: &RequestContext<'_>,
    head: http::Request<()>,
    request: Request,
) -> worker::Result<Response> {
    mcp::serve(incoming, head, request).await
}

async fn sse_route(
    incoming: &RequestContext<'_>,
    head: http::Request<()>,
    request: Request,
) -> worker::Result<Response> {
    match features::http_sse(incoming.app) {
        Some(http_sse) if http_sse.takes(&head) => http_sse.route(incoming, head, request).await,
        Some(_) => mcp::serve(incoming, head, request).await,
        None => convert::response(not_found(head.headers())),
    }
}

/// Documents that need neither keys nor a body.
fn public(incoming: &RequestContext<'_>, path: &str, head: &http::Request<()>) -> Option<Reply> {
    let RequestContext { app, origin, .. } = incoming;
    let document = |reply: Reply| {
        Some(match *head.method() {
            Method::GET => reply,
            Method::HEAD => reply::without_body(reply),
            Method::OPTIONS => reply::readable_by_any_origin(cors::preflight()),
            _ => reply::readable_by_any_origin(reply::method_not_allowed("GET, HEAD, OPTIONS")),
        })
    };
    let described_at = paths::described_at(path);
    if let Some(resource) =
        described_at.filter(|it| *it != paths::SSE_PATH || app.config.transport.sse)
    {
        return document(metadata::protected_resource(&app.config, origin, resource));
    }
    match path {
        paths::LANDING_PATH => document(described(incoming, toolgate_core::mcp::landing)),
        paths::HEALTH_PATH => document(health(app)),
        paths::AUTHORIZATION_SERVER | paths::OPENID_CONFIGURATION => {
            document(metadata::authorization_server(&app.config, origin))
        }
        paths::SERVER_CARD_PATH | paths::WELL_KNOWN_SERVER_CARD => {
            document(described(incoming, toolgate_core::mcp::card))
        }
        _ if oauth::is_route(path) => None,
        // Clients in browsers look for metadata in several places, and have to read that it is not
        // in this one.
        _ if path.starts_with(paths::WELL_KNOWN) => {
            document(reply::readable_by_any_origin(not_found(head.headers())))
        }
        _ if head.method() == Method::HEAD => Some(reply::without_body(not_found(head.headers()))),
        _ => Some(not_found(head.headers())),
    }
}

/// A document about the server and its functions.
fn described(
    incoming: &RequestContext<'_>,
    document: fn(&toolgate_core::mcp::Server<'_>, &str, &str) -> Reply,
) -> Reply {
    let RequestContext { app, origin, log, .. } = incoming;
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
