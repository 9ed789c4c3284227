//! `/mcp`: Streamable HTTP without a Durable Object.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::caller::Caller;
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::{self, Accepted, Call, Target};
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::oauth::{bearer, callback};
use toolgate_core::reply::{self, Reply};
use worker::{Env, Request, console_error};

use crate::app::App;
use crate::entry::Incoming;
use crate::identity::Unvouched;
use crate::oauth::Setup;
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
    let admitted = match authenticate(incoming, &head).await {
        Ok(admitted) => admitted,
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
    let server = server(incoming.app, registry, &incoming.log);
    let vars = EnvVars(incoming.env);
    match mcp::accept_http(&server, &admitted.caller, &vars, &head.map(|()| body)) {
        Accepted::Done(reply) => reply,
        Accepted::Run(mut exchange) => {
            // Told before it happens: a tool may run long, or never come back.
            incoming.flush();
            let results = run(registry, incoming.env, &admitted.caller, exchange.calls()).await;
            exchange.finish(results)
        }
    }
}

/// Who sends a request, and the name of what is theirs.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    /// Pseudonym of the person; sessions are bound to it.
    pub(crate) shard: String,
}

/// Lets in the holder of an access token whose grant still stands, and whoever the provider in
/// front of the Worker vouches for.
pub(crate) async fn authenticate(
    incoming: &Incoming<'_>,
    head: &http::Request<()>,
) -> Result<Admitted, Box<Reply>> {
    let setup =
        oauth::setup(incoming).map_err(|error| Box::new(oauth::not_configured(&error, false)))?;
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
    let admitted = Admitted { caller: token.caller, shard: token.address.shard };
    note(incoming, &admitted);
    match stands {
        Ok(true) => Ok(admitted),
        Ok(false) => Err(Box::new(bearer::revoked(&incoming.origin, path))),
        Err(error) => {
            console_error!("storage failed: {error}");
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
            let admitted = Admitted { caller, shard };
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

pub(crate) fn server<'a>(app: &'a App, registry: &'a Registry, log: &'a Log) -> mcp::Server<'a> {
    mcp::Server {
        config: &app.config,
        version: app.version(),
        tools: registry.infos(),
        prompts: &[],
        resources: &[],
        families: &[],
        log,
    }
}

/// Runs tools that a policy has allowed, those of one batch side by side.
pub(crate) async fn run(
    registry: &'static Registry,
    env: &Env,
    caller: &Caller,
    calls: Vec<Call>,
) -> Vec<(usize, Outcome)> {
    let calls = calls.into_iter().map(async |call| {
        let context = Context::new(caller.clone(), env.clone(), plain(&call.request_id));
        let tool = match call.target {
            Target::Tool(tool) => registry.tools().get(tool),
            _ => None,
        };
        let result = match tool {
            Some(tool) => (tool.call)(&context, Arguments::new(call.arguments)).await,
            None => ToolResult::error("This tool is not linked into the server"),
        };
        let outcome: Outcome = Ok(Box::new(result));
        (call.slot, outcome)
    });
    futures_util::future::join_all(calls).await
}

/// A JSON-RPC id without the quotes of JSON.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
