//! The OAuth routes: performs what the core's endpoints ask for.

use std::cell::RefCell;
use std::rc::Rc;

use http::header::SET_COOKIE;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::json;
use toolgate_core::access::kept::Kept;
use toolgate_core::access::provider::{self, Provider, SetupError};
use toolgate_core::audit::Reason;
use toolgate_core::cors;
use toolgate_core::host;
use toolgate_core::limits::MAX_FORM_BODY;
use toolgate_core::oauth::callback::Finished;
use toolgate_core::oauth::course::{Course, Step};
use toolgate_core::oauth::credentials::Authenticated;
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::gate::{CONNECTIONS_PATH, Gate};
use toolgate_core::oauth::grant::Operation;
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::{authorize, callback, register, revoke, token};
use toolgate_core::page;
use toolgate_core::reply::{self, Reply};
use toolgate_core::seal::Keyring;
use toolgate_policy::Vars;

use crate::console::log_error;
use crate::entry::Incoming;
use crate::identity;
use crate::object::USE_ATTEMPT;
use crate::platform::{EnvVars, PlatformEntropy, now};
use crate::timer::Timer;
use crate::tool::registry::registry;
use crate::{clients, connections, convert, grants, limit, relay};

const AUTHORIZE: &str = "/authorize";
const CALLBACK: &str = "/callback";

/// Whether the path is one of the OAuth endpoints.
pub(crate) fn is_route(path: &str) -> bool {
    matches!(path, AUTHORIZE | CALLBACK | CONNECTIONS_PATH | "/token" | "/register" | "/revoke")
}

/// Whether the path is one that a browser shows: what is answered there is for no other origin.
pub(crate) fn is_page(path: &str) -> bool {
    matches!(path, AUTHORIZE | CALLBACK | CONNECTIONS_PATH)
}

/// Serves a request to one of the OAuth endpoints.
pub(crate) async fn serve(
    incoming: &Incoming<'_>,
    mut head: Request<()>,
    request: &mut worker::Request,
) -> Reply {
    let is_head = head.method() == Method::HEAD;
    if is_head {
        *head.method_mut() = Method::GET;
    }
    let reply = match receive(incoming, &head, request).await {
        Ok((body, setup)) => route(incoming, &setup, head.map(|()| body), is_head).await,
        Err(reply) => *reply,
    };
    if !is_head {
        return reply;
    }
    // Nothing begins or ends by it.
    let mut reply = reply::without_body(reply);
    reply.headers_mut().remove(SET_COOKIE);
    reply
}

/// The body, and what every endpoint needs. Whatever fails here counts for the network address.
async fn receive(
    incoming: &Incoming<'_>,
    head: &Request<()>,
    request: &mut worker::Request,
) -> Result<(Vec<u8>, Rc<Setup>), Box<Reply>> {
    let path = head.uri().path();
    let is_page = is_page(path);
    check_method(path, head.method())?;
    let failed = async |reply: Reply| {
        limit::by_address(incoming, path, head.headers()).await.err().unwrap_or(Box::new(reply))
    };
    match (convert::body(request, head.headers(), MAX_FORM_BODY).await, setup(incoming)) {
        (Ok(body), Ok(setup)) => Ok((body, setup)),
        (Err(error), _) if is_page => Err(failed(error.into_reply()).await),
        (Err(error), _) => Err(failed(error.into_oauth_reply()).await),
        (_, Err(error)) => Err(failed(not_configured(incoming, &error, is_page)).await),
    }
}

fn check_method(path: &str, method: &Method) -> Result<(), Box<Reply>> {
    Err(Box::new(match (path, method) {
        (AUTHORIZE | CONNECTIONS_PATH, &Method::GET | &Method::POST) => return Ok(()),
        (CALLBACK, &Method::GET) => return Ok(()),
        (AUTHORIZE | CONNECTIONS_PATH, _) => reply::method_not_allowed("GET, HEAD, POST"),
        (CALLBACK, _) => reply::method_not_allowed("GET, HEAD"),
        (_, &Method::POST) => return Ok(()),
        (_, &Method::OPTIONS) => reply::readable_by_any_origin(cors::preflight()),
        _ => reply::method_not_allowed("POST, OPTIONS"),
    }))
}

async fn route(
    incoming: &Incoming<'_>,
    setup: &Setup,
    request: Request<Vec<u8>>,
    is_head: bool,
) -> Reply {
    // What is decided here goes to its end, though the client may cut the connection.
    let _held = incoming.hold();
    let path = request.uri().path();
    let located;
    let mut entropy = PlatformEntropy;
    let mut gate = Gate {
        config: &incoming.app.config,
        origin: &incoming.origin,
        keys: &setup.keys,
        provider: &setup.provider,
        now: now(),
        entropy: &mut entropy,
        log: &incoming.log,
    };
    let is_proven = match limit::by_proof(incoming, &gate, &request).await {
        Ok(is_proven) => is_proven,
        Err(reply) => return *reply,
    };
    // Only a sign-in needs the provider's addresses; everything else works while it is away.
    if is_page(path) {
        located = incoming.app.identity.locate(&setup.provider, &incoming.origin).await;
        gate.provider = located.as_ref().unwrap_or(&setup.provider);
    }
    match path {
        AUTHORIZE if request.method() == Method::GET => {
            let client = clients::find(incoming, &gate, &Params::query(&request)).await;
            authorize::show(&mut gate, &request, client)
        }
        AUTHORIZE => authorize::decide(&mut gate, &request),
        // A look at the address, which uses up neither the sign-in nor its code.
        CALLBACK if is_head => {
            callback::begin(&gate, &request).map_or_else(|reply| *reply, |_| Reply::default())
        }
        CALLBACK => serve_callback(incoming, &mut gate, &request).await,
        CONNECTIONS_PATH => connections::serve(incoming, &mut gate, &request).await,
        "/register" => register::register(&mut gate, &request),
        path => {
            let (params, client) = match authenticated(incoming, &gate, &request).await {
                Ok(authenticated) => authenticated,
                Err(error) => return not_the_client(incoming, &request, is_proven, error).await,
            };
            if path == "/revoke" {
                serve_revoke(incoming, &gate, &params, &client).await
            } else {
                serve_token(incoming, &mut gate, request.headers(), &params, &client).await
            }
        }
    }
}

/// The refusal of a request that is not its client's. With a grant's token it was counted for the
/// grant, whose owner it is not to keep out.
async fn not_the_client(
    incoming: &Incoming<'_>,
    request: &Request<Vec<u8>>,
    is_proven: bool,
    error: OAuthError,
) -> Reply {
    if is_proven {
        let counted = limit::by_address(incoming, request.uri().path(), request.headers()).await;
        if let Err(reply) = counted {
            return *reply;
        }
    }
    error.into_reply()
}

async fn serve_token(
    incoming: &Incoming<'_>,
    gate: &mut Gate<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
) -> Reply {
    match token::begin(gate, headers, params, client) {
        token::Begin::Reply(reply) => reply,
        token::Begin::Course(course) => {
            run(incoming, gate, *course).await.unwrap_or_else(|error| storage_failed(&error))
        }
    }
}

/// Does what the course of the request asks for, until there is a reply.
async fn run(
    incoming: &Incoming<'_>,
    gate: &mut Gate<'_>,
    mut course: Course,
) -> worker::Result<Reply> {
    let mut step = Step::Perform(course.start());
    loop {
        step = match step {
            Step::Perform(operation) => {
                let outcome = grants::perform(incoming, course.address(), operation).await?;
                course.performed(gate, outcome)
            }
            Step::Ask(holder) => {
                let confirmation = identity::confirm(incoming.app, gate, &holder).await;
                course.answered(gate, confirmation)
            }
            Step::Wait(time) => {
                Timer::from(time).await;
                Step::Perform(course.start())
            }
            Step::Reply(reply) => return Ok(reply),
        };
    }
}

async fn serve_revoke(
    incoming: &Incoming<'_>,
    gate: &Gate<'_>,
    params: &Params,
    client: &Authenticated,
) -> Reply {
    match revoke::begin(gate, params, client) {
        revoke::Begin::Reply(reply) => reply,
        revoke::Begin::Store(address, operation) => {
            match grants::perform(incoming, &address, operation).await {
                Ok(_) => revoke::revoked(gate),
                Err(error) => storage_failed(&error),
            }
        }
    }
}

async fn authenticated(
    incoming: &Incoming<'_>,
    gate: &Gate<'_>,
    request: &Request<Vec<u8>>,
) -> Result<(Params, Authenticated), OAuthError> {
    let params = Params::form(request)?;
    let client = clients::authenticate(incoming, gate, request, &params).await?;
    gate.log.client(&client.key);
    Ok((params, client))
}

async fn serve_callback(
    incoming: &Incoming<'_>,
    gate: &mut Gate<'_>,
    request: &Request<Vec<u8>>,
) -> Reply {
    let returned = match callback::begin(gate, request) {
        Ok(returned) => returned,
        Err(reply) => return *reply,
    };
    match use_attempt(incoming, returned.attempt()).await {
        Ok(true) => {}
        Ok(false) => return returned.already_used(),
        Err(error) => {
            log_error!("sign-in failed: its return could not be noted: {error}");
            return returned.not_stored(gate);
        }
    }
    let identified = match incoming.app.identity.identify(gate, &returned, request).await {
        Ok(identified) => identified,
        Err(reply) => return *reply,
    };
    identity::tell_hint(gate, &identified);
    let (address, grant, success) = match returned.finish(gate, identified) {
        Finished::Grant(address, grant, success) => (address, grant, success),
        Finished::Reply(reply) => return reply,
    };
    match grants::perform(incoming, &address, Operation::Create(grant)).await {
        Ok(_) => success,
        Err(error) => {
            log_error!("sign-in failed: the grant could not be stored: {error}");
            returned.not_stored(gate)
        }
    }
}

/// Uses a sign-in up, in an object of its own, wherever the grants are; `false` when it was before.
async fn use_attempt(incoming: &Incoming<'_>, attempt: &str) -> worker::Result<bool> {
    let name = ["attempt:", attempt].concat();
    let answer = relay::ask(incoming.app, incoming.env, &name, USE_ATTEMPT, "").await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

fn storage_failed(error: &worker::Error) -> Reply {
    log_error!("storage failed: {error}");
    OAuthError::new("temporarily_unavailable", "The storage did not answer; try again")
        .because(Reason::StorageUnavailable)
        .reply_with(StatusCode::SERVICE_UNAVAILABLE)
}

/// What every request needs and no request changes.
pub(crate) struct Setup {
    pub(crate) keys: Keyring,
    /// The identity provider, as far as it is known without asking it.
    pub(crate) provider: Provider,
    origin: String,
    key_text: String,
}

thread_local! {
    /// The last setup, so that variables are resolved once per isolate and not once per request.
    static SETUP: RefCell<Option<Rc<Setup>>> = const { RefCell::new(None) };
}

/// The keys and the identity provider of this deployment.
///
/// # Errors
/// Everything that is missing, at once.
pub(crate) fn setup(incoming: &Incoming<'_>) -> Result<Rc<Setup>, SetupError> {
    let vars = EnvVars(incoming.env);
    let key_text = vars.var(&incoming.app.config.tokens.encryption_key).unwrap_or_default();
    let known = SETUP.with_borrow(|setup| {
        setup.clone().filter(|s| s.origin == incoming.origin && s.key_text == key_text)
    });
    if let Some(setup) = known {
        return Ok(setup);
    }
    let setup = Rc::new(resolve(incoming, key_text)?);
    SETUP.set(Some(Rc::clone(&setup)));
    Ok(setup)
}

fn resolve(incoming: &Incoming<'_>, key_text: String) -> Result<Setup, SetupError> {
    let Incoming { app, origin, .. } = incoming;
    let mut problems = Vec::new();
    let keys = Keyring::parse(&key_text)
        .map_err(|error| problems.push(format!("{}: {error}", app.config.tokens.encryption_key)));
    let provider = app
        .identity
        .resolve(&app.config, &EnvVars(incoming.env), origin)
        .map_err(|error| problems.extend(error.0));
    match (keys, provider) {
        (Ok(keys), Ok(mut provider)) => {
            // Where names of functions clash, nothing is served.
            if let Ok(registry) = registry() {
                provider.kept = Kept::new(&app.config, registry.named());
            }
            Ok(Setup { keys, provider, origin: origin.clone(), key_text })
        }
        _ => Err(SetupError(problems)),
    }
}

/// The reply of a server that is not set up: nobody gets in, and its owner reads why.
pub(crate) fn not_configured(incoming: &Incoming<'_>, error: &SetupError, is_page: bool) -> Reply {
    if provider::is_elsewhere(&incoming.app.config, &EnvVars(incoming.env), &incoming.origin) {
        return host::misdirected();
    }
    log_error!("the server is not set up: {error}");
    let status = StatusCode::SERVICE_UNAVAILABLE;
    if is_page {
        return page::message(
            status,
            "This server is not set up yet",
            &error.to_string(),
            "If it is yours, set what is missing and try again; until then nobody can sign in.",
        );
    }
    reply::json(
        status,
        &json!({ "error": "temporarily_unavailable", "error_description": error.to_string() }),
    )
}
