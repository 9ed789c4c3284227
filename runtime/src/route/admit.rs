//! Lets the sender of a request to a route in.

use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::uri::PathAndQuery;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value};
use toolgate_core::audit::{EventKind, Reason, reason_of};
use toolgate_core::mcp::guard::{self, Asking, Told};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::paths::{self, MCP_PATH};
use toolgate_core::reply::Reply;
use toolgate_core::route::request as seen;
use toolgate_core::route::visitor::{self, Visitor};
use toolgate_policy::{self as policy, Arguments, Caller};

use super::Sender;
use crate::auth::admission;
use crate::auth::setup::{self, Setup};
use crate::platform::{EnvVars, PlatformEntropy, now};
use crate::ports::principal::Principal;
use crate::ports::request_context::RequestContext;
use crate::tool::route::{RouteDef, refusal};

/// Names that the audit trail has for decisions about routes. That something was allowed is told at its end.
const ROUTE: Told =
    Told { allowed: None, denied: EventKind::RouteDenied, unknown: Reason::PolicyUnknown };

/// A person, and whether the browser has proven by itself who that is.
struct SignedIn {
    principal: Principal,
    /// False for an access token of this server, which a page has to have.
    by_browser: bool,
}

/// The person who sends the request, if the policy of this name lets them.
///
/// # Errors
/// The refusal, or the redirect of somebody who has to sign in.
pub(super) async fn admit(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    route: &'static RouteDef,
    name: &'static str,
    (arguments, sender): (&Map<String, Value>, Sender),
) -> Result<Principal, Box<Reply>> {
    let headers = head.headers();
    let SignedIn { principal, by_browser } = match sender {
        Sender::Unknown => sign_in(request, head, route.info.takes_cookie()).await?,
        #[cfg(not(target_arch = "wasm32"))]
        Sender::Test(person) => {
            let principal = *person.ok_or_else(|| {
                let reply = refuse(StatusCode::UNAUTHORIZED, "sign in");
                Box::new(toolgate_core::audit::because(*reply, Reason::TokenMissing))
            })?;
            SignedIn { principal, by_browser: !headers.contains_key(AUTHORIZATION) }
        }
    };
    if by_browser && let Some(refusal) = seen::refuse_page(head.method(), headers, &request.origin)
    {
        return Err(Box::new(refusal));
    }
    let (config, caller, vars) = (&request.app.config, &principal.caller, EnvVars(request.env));
    let asking = Asking { config, caller, vars: &vars };
    let found = Some((route.info.name, name));
    let arguments = Arguments::Call(arguments);
    if guard::judge(asking, &request.log, &ROUTE, found, arguments) {
        return Ok(principal);
    }
    let words = policy::deny_message(config, name).unwrap_or("you may not use this address");
    let mut reply = refuse(StatusCode::FORBIDDEN, words);
    let scopes = policy::step_up(config, name, caller, arguments, &vars).unwrap_or_default();
    if headers.contains_key(AUTHORIZATION) && !scopes.is_empty() {
        let challenge =
            format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scopes.join(" "));
        let challenge = paths::located(&challenge, &request.origin, MCP_PATH);
        if let Ok(value) = HeaderValue::try_from(challenge) {
            reply.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
    }
    Err(reply)
}

/// Nobody: of a route that asks for no person.
pub(super) fn nobody() -> Principal {
    let (caller, subject_key) = (Caller::default(), String::new());
    Principal { caller, subject_key, expires: u64::MAX, credential: None }
}

/// The person by an access token or, where the route `takes_cookie`, by the visitor's cookie. A request
/// with an `Authorization` header is judged by that alone.
async fn sign_in(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    takes_cookie: bool,
) -> Result<SignedIn, Box<Reply>> {
    let headers = head.headers();
    let is_browser = takes_cookie && !headers.contains_key(AUTHORIZATION);
    let setup = setup::setup(request)
        .map_err(|error| Box::new(setup::not_configured(request, &error, is_browser)))?;
    if is_browser && let Some(principal) = visitor(request, &setup, headers) {
        return Ok(SignedIn { principal, by_browser: true });
    }
    let refusal = match admission::authenticate(request, &as_mcp(head)).await {
        Ok(admitted) => {
            let by_browser = admitted.grant.is_none();
            return Ok(SignedIn { principal: admitted.principal, by_browser });
        }
        Err(refusal) => refusal,
    };
    let is_unknown = reason_of(&refusal) == Some(Reason::TokenMissing);
    if is_browser && is_unknown && seen::is_navigation(head.method(), headers) {
        return Err(Box::new(begin(request, &setup, head).await));
    }
    Err(refusal)
}

fn visitor(request: &RequestContext<'_>, setup: &Setup, headers: &HeaderMap) -> Option<Principal> {
    let mut entropy = PlatformEntropy;
    let oauth = oauth(request, setup, &mut entropy);
    let Visitor { caller, subject_key, expires } = Visitor::read(&oauth, headers)?;
    request.log.person(&subject_key, &caller);
    request.log.client(&caller.client_id);
    Some(Principal { caller, subject_key, expires, credential: None })
}

/// Sends the browser to the identity provider.
async fn begin(request: &RequestContext<'_>, setup: &Setup, head: &http::Request<()>) -> Reply {
    let located = request.app.identity.locate(&setup.provider, &request.origin).await;
    let mut entropy = PlatformEntropy;
    let mut oauth = oauth(request, setup, &mut entropy);
    oauth.provider = located.as_ref().unwrap_or(&setup.provider);
    visitor::sign_in(&mut oauth, head.headers(), head.uri())
}

fn oauth<'a>(
    request: &'a RequestContext<'_>,
    setup: &'a Setup,
    entropy: &'a mut PlatformEntropy,
) -> OAuthContext<'a> {
    OAuthContext {
        config: &request.app.config,
        origin: &request.origin,
        keys: &setup.keys,
        provider: &setup.provider,
        now: now(),
        entropy,
        log: &request.log,
    }
}

/// The same request to the MCP endpoint, whose tokens are good for routes, and whose metadata say where to
/// sign in.
fn as_mcp(head: &http::Request<()>) -> http::Request<()> {
    let mut head = head.clone();
    let mut parts = head.uri().clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::from_static(MCP_PATH));
    if let Ok(uri) = Uri::from_parts(parts) {
        *head.uri_mut() = uri;
    }
    head
}

/// A refusal in JSON.
pub(super) fn refuse(status: StatusCode, words: &str) -> Box<Reply> {
    let (reply, _) = refusal(status, words).into_reply();
    Box::new(reply)
}
