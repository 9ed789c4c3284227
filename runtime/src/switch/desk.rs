//! Pages and endpoints by which others end grants: what they have in common.

use futures_util::future::LocalBoxFuture;
use http::{Method, Request};
use toolgate_core::admin;
use toolgate_core::limits::MAX_FORM_BODY;
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::paths::{
    ADMIN_PATH, AUTHORIZE_PATH, BACKCHANNEL_PATH, SIGNALS_PATH, TOKEN_PATH,
};
use toolgate_core::reply::{self, Reply};

use super::{admin_page, logout, signals};
use crate::auth::setup;
use crate::http::convert;
use crate::platform::host;
use crate::platform::{EnvVars, PlatformEntropy, now};
use crate::ports::app::App;
use crate::ports::request_context::RequestContext;
use crate::ports::store::Serve;
use crate::rate_limit;
use crate::tool::route;

/// See [`Switch`](crate::ports::store::Switch).
pub(super) fn find(app: &App, head: &Request<()>) -> Option<Serve> {
    let signals = app.config.signals.as_ref();
    let is_served = match head.uri().path() {
        ADMIN_PATH => app.config.admin.is_some(),
        BACKCHANNEL_PATH => signals.is_some_and(|signals| signals.backchannel_logout),
        SIGNALS_PATH => signals.is_some_and(|signals| signals.transmitter.is_some()),
        _ => false,
    };
    is_served.then_some(serve)
}

/// See [`Switch`](crate::ports::store::Switch).
pub(super) fn returned(
    oauth: &mut OAuthContext<'_>,
    returned: &Returned,
    identified: &Identified,
) -> Option<Reply> {
    admin::signed_in(oauth, returned, identified).or_else(|| of_routes(oauth, returned, identified))
}

/// Ends a sign-in that was begun for a route.
pub(super) fn of_routes(
    oauth: &mut OAuthContext<'_>,
    returned: &Returned,
    identified: &Identified,
) -> Option<Reply> {
    (route::door()?.returned)(oauth, returned, identified)
}

/// See [`Switch`](crate::ports::store::Switch).
pub(super) fn narrow(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    returned: &mut Returned,
    identified: &Identified,
) {
    admin::narrow(oauth, returned, identified, &EnvVars(request.env));
}

fn serve<'a>(
    request: &'a RequestContext<'a>,
    head: Request<()>,
    mut worker_request: host::Request,
) -> LocalBoxFuture<'a, worker::Result<host::Response>> {
    Box::pin(async move {
        let is_head = head.method() == Method::HEAD;
        let reply = answer(request, head, &mut worker_request).await.unwrap_or_else(|reply| *reply);
        request.respond(if is_head { reply::without_body(reply) } else { reply })
    })
}

/// # Errors
/// The reply to a request that nothing is done for.
async fn answer(
    request: &RequestContext<'_>,
    head: Request<()>,
    worker_request: &mut host::Request,
) -> Result<Reply, Box<Reply>> {
    let path = head.uri().path().to_owned();
    let is_page = path == ADMIN_PATH;
    match *head.method() {
        Method::POST => {}
        Method::GET | Method::HEAD if is_page => {}
        _ if is_page => return Err(Box::new(reply::method_not_allowed("GET, HEAD, POST"))),
        _ => return Err(Box::new(reply::method_not_allowed("POST"))),
    }
    // Before anything is read or computed: strangers share what their network may ask.
    let counted = if is_page { AUTHORIZE_PATH } else { TOKEN_PATH };
    rate_limit::by_address(request, counted, head.headers()).await?;
    let setup = setup::setup(request)
        .map_err(|error| Box::new(setup::not_configured(request, &error, is_page)))?;
    let body = convert::body(worker_request, head.headers(), MAX_FORM_BODY).await;
    let body = body.map_err(|error| Box::new(error.into_reply()))?;
    // What is decided here goes to its end, though the client may cut the connection.
    let _held = request.hold();
    let located = request.app.identity.locate(&setup.provider, &request.origin).await;
    let mut oauth = OAuthContext {
        config: &request.app.config,
        origin: &request.origin,
        keys: &setup.keys,
        provider: located.as_ref().unwrap_or(&setup.provider),
        now: now(),
        entropy: &mut PlatformEntropy,
        log: &request.log,
    };
    let http_request = head.map(|()| body);
    Ok(match &*path {
        BACKCHANNEL_PATH => logout::serve(request, &oauth, &http_request).await,
        SIGNALS_PATH => signals::serve(request, &oauth, &http_request).await,
        _ => admin_page::serve(request, &mut oauth, &http_request).await,
    })
}
