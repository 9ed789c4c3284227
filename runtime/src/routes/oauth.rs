//! The OAuth routes: performs what the core's endpoints ask for.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use http::header::SET_COOKIE;
use http::{HeaderMap, Method, Request, StatusCode};
use toolgate_core::audit::Reason;
use toolgate_core::cors;
use toolgate_core::limits::MAX_FORM_BODY;
use toolgate_core::oauth::callback::Finished;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::course::{Course, Step};
use toolgate_core::oauth::credentials::Authenticated;
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::grant::Operation;
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::{authorize, callback, register, revoke, token};
use toolgate_core::paths::{
    ACCOUNTS_PATH, AUTHORIZE_PATH, CALLBACK_PATH, CONNECTIONS_PATH, REGISTER_PATH, REVOKE_PATH,
    TOKEN_PATH,
};
use toolgate_core::reply::{self, Reply};

use crate::auth::grants;
use crate::auth::setup::{self, Setup};
use crate::http::convert;
use crate::identity;
use crate::platform::console::log_error;
use crate::platform::timer::Timer;
use crate::platform::{PlatformEntropy, now};
use crate::ports::app::App;
use crate::ports::feature::TokenGrant;
use crate::ports::request_context::RequestContext;
use crate::routes::{client_metadata, connections};
use crate::tool::route;
use crate::{rate_limit, sign_in};

/// True if the path is one of the OAuth endpoints.
pub(crate) fn is_route(app: &App, path: &str) -> bool {
    let is_of_accounts = app.accounts.is_some() && path.starts_with(ACCOUNTS_PATH);
    is_of_accounts
        || matches!(
            path,
            AUTHORIZE_PATH
                | CALLBACK_PATH
                | CONNECTIONS_PATH
                | TOKEN_PATH
                | REGISTER_PATH
                | REVOKE_PATH
        )
}

/// True if the path is one that a browser shows: what is answered there is for no other origin.
pub(crate) fn is_page(path: &str) -> bool {
    matches!(path, AUTHORIZE_PATH | CALLBACK_PATH | CONNECTIONS_PATH)
        || path.starts_with(ACCOUNTS_PATH)
}

/// Serves a request to one of the OAuth endpoints.
pub(crate) async fn serve(
    request: &RequestContext<'_>,
    mut head: Request<()>,
    worker_request: &mut crate::platform::host::Request,
) -> Reply {
    let is_head = head.method() == Method::HEAD;
    if is_head {
        *head.method_mut() = Method::GET;
    }
    let reply = match receive(request, &head, worker_request).await {
        Ok((body, setup)) => route(request, &setup, head.map(|()| body), is_head).await,
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
    request: &RequestContext<'_>,
    head: &Request<()>,
    worker_request: &mut crate::platform::host::Request,
) -> Result<(Vec<u8>, Rc<Setup>), Box<Reply>> {
    let path = head.uri().path();
    let is_page = is_page(path);
    check_method(path, head.method())?;
    let failed = async |reply: Reply| {
        rate_limit::by_address(request, path, head.headers()).await.err().unwrap_or(Box::new(reply))
    };
    let most = match path {
        // So that one that is too long for the form is refused as OAuth has it.
        TOKEN_PATH if !request.app.token_grants.is_empty() => 2 * MAX_FORM_BODY,
        _ => MAX_FORM_BODY,
    };
    match (convert::body(worker_request, head.headers(), most).await, setup::setup(request)) {
        (Ok(body), Ok(setup)) => Ok((body, setup)),
        (Err(error), _) if is_page => Err(failed(error.into_reply()).await),
        (Err(error), _) => Err(failed(error.into_oauth_reply()).await),
        (_, Err(error)) => Err(failed(setup::not_configured(request, &error, is_page)).await),
    }
}

fn check_method(path: &str, method: &Method) -> Result<(), Box<Reply>> {
    Err(Box::new(match (path, method) {
        (AUTHORIZE_PATH | CONNECTIONS_PATH, &Method::GET | &Method::POST) => return Ok(()),
        (CALLBACK_PATH, &Method::GET) => return Ok(()),
        // They know their methods themselves.
        (path, _) if path.starts_with(ACCOUNTS_PATH) => return Ok(()),
        (AUTHORIZE_PATH | CONNECTIONS_PATH, _) => reply::method_not_allowed("GET, HEAD, POST"),
        (CALLBACK_PATH, _) => reply::method_not_allowed("GET, HEAD"),
        (_, &Method::POST) => return Ok(()),
        (_, &Method::OPTIONS) => reply::readable_by_any_origin(cors::preflight()),
        _ => reply::method_not_allowed("POST, OPTIONS"),
    }))
}

async fn route(
    request: &RequestContext<'_>,
    setup: &Setup,
    http_request: Request<Vec<u8>>,
    is_head: bool,
) -> Reply {
    // What is decided here goes to its end, though the client may cut the connection.
    let _held = request.hold();
    let path = http_request.uri().path();
    let located;
    let mut entropy = PlatformEntropy;
    let mut oauth = OAuthContext {
        config: &request.app.config,
        origin: &request.origin,
        keys: &setup.keys,
        provider: &setup.provider,
        now: now(),
        entropy: &mut entropy,
        log: &request.log,
    };
    let is_proven = match rate_limit::by_proof(request, &oauth, &http_request).await {
        Ok(is_proven) => is_proven,
        Err(reply) => return *reply,
    };
    // Only a sign-in needs the provider's addresses; everything else works while it is away.
    if is_page(path) {
        located = request.app.identity.locate(&setup.provider, &request.origin).await;
        oauth.provider = located.as_ref().unwrap_or(&setup.provider);
    }
    match path {
        AUTHORIZE_PATH if http_request.method() == Method::GET => {
            let client =
                client_metadata::find(request, &oauth, &Params::query(&http_request)).await;
            authorize::show(&mut oauth, &http_request, client)
        }
        AUTHORIZE_PATH => authorize::decide(&mut oauth, &http_request),
        // A look at the address, which uses up neither the sign-in nor its code.
        CALLBACK_PATH if is_head => {
            callback::begin(&oauth, &http_request).map_or_else(|reply| *reply, |_| Reply::default())
        }
        CALLBACK_PATH => serve_callback(request, &mut oauth, &http_request).await,
        path if is_boxed(request.app, path, &http_request) => {
            boxed(request, &mut oauth, &http_request, is_head).await
        }
        REGISTER_PATH => register::register(&mut oauth, &http_request),
        path => {
            let (params, client) = match authenticated(request, &oauth, &http_request).await {
                Ok(authenticated) => authenticated,
                Err(error) => {
                    return not_the_client(request, &http_request, is_proven, error).await;
                }
            };
            if path == REVOKE_PATH {
                serve_revoke(request, &oauth, &params, &client).await
            } else {
                serve_token(request, &mut oauth, http_request.headers(), &params, &client).await
            }
        }
    }
}

/// The way to a token without a sign-in that a request to `/token` takes.
fn token_grant(app: &App, http_request: &Request<Vec<u8>>) -> Option<&'static TokenGrant> {
    app.token_grants.iter().copied().find(|grant| (grant.takes)(&app.config, http_request))
}

fn is_boxed(app: &App, path: &str, http_request: &Request<Vec<u8>>) -> bool {
    path.starts_with(CONNECTIONS_PATH)
        || path == TOKEN_PATH && token_grant(app, http_request).is_some()
}

/// Pages of connections, and ways to tokens that only some servers have. There is one wait for both, as each wait of a
/// route costs every server.
fn boxed<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    is_head: bool,
) -> LocalBoxFuture<'a, Reply> {
    if !http_request.uri().path().starts_with(CONNECTIONS_PATH)
        && let Some(grant) = token_grant(request.app, http_request)
    {
        return (grant.serve)(request, oauth, http_request, grant.authenticate);
    }
    connections::serve(request, oauth, http_request, is_head)
}

/// The client of a request, once it has proven to be that client.
pub(crate) fn authenticate<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    params: &'a Params,
) -> LocalBoxFuture<'a, Result<Authenticated, OAuthError>> {
    let keys = request.app.client_keys;
    keys.and_then(|keys| (keys.check)(request, oauth, http_request, params)).unwrap_or_else(|| {
        Box::pin(client_metadata::authenticate(request, oauth, http_request, params))
    })
}

/// The refusal of a request that is not its client's. With a grant's token it was counted for the
/// grant, whose owner it is not to keep out.
async fn not_the_client(
    request: &RequestContext<'_>,
    http_request: &Request<Vec<u8>>,
    is_proven: bool,
    error: OAuthError,
) -> Reply {
    if is_proven {
        let counted =
            rate_limit::by_address(request, http_request.uri().path(), http_request.headers())
                .await;
        if let Err(reply) = counted {
            return *reply;
        }
    }
    error.into_reply()
}

async fn serve_token(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
) -> Reply {
    match token::begin(oauth, headers, params, client) {
        token::TokenStep::Reply(reply) => reply,
        token::TokenStep::Course(course) => {
            run(request, oauth, *course).await.unwrap_or_else(|error| storage_failed(&error))
        }
    }
}

/// Does what the course of the request asks for, until there is a reply.
async fn run(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    mut course: Course,
) -> worker::Result<Reply> {
    let mut step = Step::Perform(course.start());
    loop {
        step = match step {
            Step::Perform(operation) => {
                let outcome = grants::perform(request, course.address(), operation).await?;
                course.performed(oauth, outcome)
            }
            Step::Ask(holder) => {
                let confirmation = identity::confirm(request.app, oauth, &holder).await;
                course.answered(oauth, confirmation)
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
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    params: &Params,
    client: &Authenticated,
) -> Reply {
    match revoke::begin(oauth, params, client) {
        revoke::RevocationStep::Reply(reply) => reply,
        revoke::RevocationStep::Store(address, operation) => {
            match grants::perform(request, &address, operation).await {
                Ok(_) => revoke::revoked(oauth),
                Err(error) => storage_failed(&error),
            }
        }
    }
}

async fn authenticated(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Result<(Params, Authenticated), OAuthError> {
    let params = Params::form(http_request)?;
    let client = authenticate(request, oauth, http_request, &params).await?;
    oauth.log.client(&client.key);
    Ok((params, client))
}

async fn serve_callback(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let mut returned = match callback::begin(oauth, http_request) {
        Ok(returned) => returned,
        Err(reply) => return *reply,
    };
    match sign_in::use_up(request, returned.attempt()).await {
        Ok(true) => {}
        Ok(false) => return returned.already_used(),
        Err(error) => {
            log_error!("sign-in failed: its return could not be noted: {error}");
            return returned.not_stored(oauth);
        }
    }
    let identified = match request.app.identity.identify(oauth, &returned, http_request).await {
        Ok(identified) => identified,
        Err(reply) => return *reply,
    };
    identity::tell_hint(oauth, &identified);
    let of_routes = || route::door().map(|door| door.returned);
    let finish = request.app.switch.map(|switch| switch.returned).or_else(of_routes);
    if let Some(reply) = finish.and_then(|finish| finish(oauth, &returned, &identified)) {
        return reply;
    }
    if let Some(switch) = request.app.switch {
        (switch.narrow)(request, oauth, &mut returned, &identified);
    }
    let remember = request.app.personal.map(|personal| personal.remember);
    let remembered = remember.and_then(|it| it(oauth, &returned, &identified));
    let (address, grant, success) = match returned.finish(oauth, identified) {
        Finished::Grant(address, grant, success) => (address, grant, success),
        Finished::Reply(mut reply) => {
            if let Some(cookie) = remembered {
                reply.headers_mut().append(SET_COOKIE, cookie);
            }
            return reply;
        }
    };
    match grants::perform(request, &address, Operation::Create(grant)).await {
        Ok(_) => success,
        Err(error) => {
            log_error!("sign-in failed: the grant could not be stored: {error}");
            returned.not_stored(oauth)
        }
    }
}

fn storage_failed(error: &worker::Error) -> Reply {
    log_error!("storage failed: {error}");
    OAuthError::new("temporarily_unavailable", "The storage did not answer; try again")
        .because(Reason::StorageUnavailable)
        .reply_with(StatusCode::SERVICE_UNAVAILABLE)
}
