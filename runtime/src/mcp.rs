//! `/mcp`: Streamable HTTP without a Durable Object.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use toolgate_core::caller::Caller;
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::{self, Accepted, Call};
use toolgate_core::oauth::bearer;
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::reply::{self, Reply};
use worker::{Env, Request, console_error};

use crate::app::App;
use crate::entry::Incoming;
use crate::platform::{EnvVars, now};
use crate::tool::registry::{Registry, registry};
use crate::tool::{Arguments, Context};
use crate::{convert, grants, oauth};

/// Serves one request to the MCP endpoint.
pub(crate) async fn serve(
    incoming: &Incoming<'_>,
    head: http::Request<()>,
    mut request: Request,
) -> Reply {
    let token = match authenticate(incoming, &head).await {
        Ok(token) => token,
        Err(reply) => return *reply,
    };
    let body = match read_body(incoming, &head, &mut request).await {
        Ok(body) => body,
        Err(reply) => return *reply,
    };
    let registry = match linked(incoming.app) {
        Ok(registry) => registry,
        Err(reply) => return *reply,
    };
    let server = server(incoming.app, registry);
    let vars = EnvVars(incoming.env);
    match mcp::accept_http(&server, &token.caller, &vars, &head.map(|()| body)) {
        Accepted::Done(reply) => reply,
        Accepted::Run(mut exchange) => {
            let results = run(registry, incoming.env, &token.caller, exchange.calls()).await;
            exchange.finish(results)
        }
    }
}

/// The access token of the request, if its grant still stands.
pub(crate) async fn authenticate(
    incoming: &Incoming<'_>,
    head: &http::Request<()>,
) -> Result<AccessToken, Box<Reply>> {
    let setup = oauth::setup(incoming)
        .await
        .map_err(|error| Box::new(oauth::not_configured(&error, false)))?;
    let path = head.uri().path();
    let token = bearer::authenticate(&setup.keys, &incoming.origin, path, head.headers(), now())?;
    match grants::stands(incoming, &token).await {
        Ok(true) => Ok(token),
        Ok(false) => Err(Box::new(bearer::revoked(&incoming.origin, path))),
        Err(error) => {
            console_error!("storage failed: {error}");
            Err(Box::new(reply::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "The storage did not answer; try again.",
            )))
        }
    }
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
    convert::body(request, head.headers(), limit).await
}

/// The registry. A clash of names is found by the user's own tests; should one be deployed all the
/// same, nothing is served, since nobody could say which tool a policy guards.
pub(crate) fn linked(app: &App) -> Result<&'static Registry, Box<Reply>> {
    registry().map_err(|clash| {
        console_error!("{} cannot serve: {clash}", app.package_name);
        Box::new(reply::json(
            StatusCode::SERVICE_UNAVAILABLE,
            &json!({ "error": "This server's tools have clashing names; see its log" }),
        ))
    })
}

pub(crate) fn server<'a>(app: &'a App, registry: &'a Registry) -> mcp::Server<'a> {
    mcp::Server { config: &app.config, version: app.version(), tools: registry.infos() }
}

/// Runs tools that a policy has allowed, those of one batch side by side.
pub(crate) async fn run(
    registry: &'static Registry,
    env: &Env,
    caller: &Caller,
    calls: Vec<Call>,
) -> Vec<(usize, ToolResult)> {
    let calls = calls.into_iter().map(async |call| {
        let context = Context::new(caller.clone(), env.clone(), plain(&call.request_id));
        let result = match registry.tools().get(call.tool) {
            Some(tool) => (tool.call)(&context, Arguments::new(call.arguments)).await,
            None => ToolResult::error("This tool is not linked into the server"),
        };
        (call.slot, result)
    });
    futures_util::future::join_all(calls).await
}

/// A JSON-RPC id without the quotes of JSON.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
