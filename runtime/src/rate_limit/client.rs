//! Asks the platform's rate limiter, or else counts in a Durable Object.
//!
//! The object is one for each route and whatever is counted, and keeps its count in memory only: a flood
//! leaves the storage as it was, and reaches nobody else's count. When it cannot be asked the
//! request is refused: a flood from there is the likely cause, and letting it through would
//! make the limit worthless exactly then.

use http::HeaderMap;
use toolgate_config::names;
use toolgate_core::audit::{Event, EventKind, Reason};
use toolgate_core::host::CLIENT_ADDRESS;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::counted;
use toolgate_core::rate::Route;
use toolgate_core::reply::Reply;
use toolgate_core::seal::sha256;
use worker::js_sys::{Function, Object, Promise, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

use super::COUNT;
use crate::http::object_client;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::ports::request_context::RequestContext;

/// Counts a request for its network address, before anything is read or computed for it.
///
/// # Errors
/// The reply to a request too many.
pub(crate) async fn by_address(
    request: &RequestContext<'_>,
    path: &str,
    headers: &HeaderMap,
) -> Result<(), Box<Reply>> {
    let Some(route) = Route::of(path) else { return Ok(()) };
    let address = headers.get(CLIENT_ADDRESS).and_then(|value| value.to_str().ok());
    let (route, whose) = route.by_network(address, &request.app.config.limits);
    count(request, route, &whose).await
}

/// Counts a request for what it proves to belong to, or else for its network address. Tells whether
/// it proved something.
///
/// # Errors
/// The reply to a request too many.
pub(crate) async fn by_proof(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &http::Request<Vec<u8>>,
) -> Result<bool, Box<Reply>> {
    match counted::by_proof(oauth, http_request) {
        Some((route, whose)) => count(request, route, &whose).await.map(|()| true),
        None => by_address(request, http_request.uri().path(), http_request.headers())
            .await
            .map(|()| false),
    }
}

async fn count(request: &RequestContext<'_>, route: Route, whose: &str) -> Result<(), Box<Reply>> {
    let (kind, reason, mut reply) = match admits(request, route, whose).await {
        Ok(true) => return Ok(()),
        Ok(false) => (EventKind::RateLimited, Reason::RateLimited, route.refuse()),
        Err(error) => {
            log_error!("requests could not be counted: {error}");
            (EventKind::Refused, Reason::LimiterUnavailable, route.unavailable())
        }
    };
    let detail = Some(route.name().to_owned());
    request.log.record(Event { detail, ..Event::new(kind, reason) });
    // Told, and with what was counted; not to be told once more.
    reply.extensions_mut().remove::<Reason>();
    Err(Box::new(reply))
}

async fn admits(request: &RequestContext<'_>, route: Route, whose: &str) -> worker::Result<bool> {
    if let Some(limiter) = limiter(request.env, route) {
        match ask(&limiter, whose).await {
            Ok(is_admitted) => return Ok(is_admitted),
            Err(error) => log_error!("the rate limiter failed: {}", worker::Error::from(error)),
        }
    }
    let limit = route.limit(&request.app.config.limits);
    let name = format!("limits:{}", sha256(&format!("{} {whose}", route.name())));
    let answer =
        object_client::ask(request.app, request.env, &name, COUNT, &limit.to_string()).await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

/// Asks the platform's limiter. `worker::RateLimiter` does so by serde, which nothing else here needs.
async fn ask(limiter: &JsValue, whose: &str) -> Result<bool, JsValue> {
    let limit: Function = Reflect::get(limiter, &"limit".into())?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &"key".into(), &whose.into())?;
    let outcome = limit.call1(limiter, &options)?.dyn_into::<Promise>()?;
    let outcome = JsFuture::from(outcome).await?;
    Ok(Reflect::get(&outcome, &"success".into())?.as_bool() == Some(true))
}

/// The binding, where there is one. Its class has another name on every platform, so nothing but
/// its being there is checked.
fn limiter(env: &Env, route: Route) -> Option<JsValue> {
    let binding = match route {
        Route::Register => names::LIMIT_REGISTER,
        Route::Hosted => names::LIMIT_HOSTED,
        Route::Authorize => names::LIMIT_AUTHORIZE,
        Route::Token => names::LIMIT_TOKEN,
        Route::Callback => names::LIMIT_CALLBACK,
        Route::Grant => names::LIMIT_GRANT,
        Route::Attempt => names::LIMIT_ATTEMPT,
        Route::Return => names::LIMIT_RETURN,
    };
    let value = Reflect::get(env, &JsValue::from_str(binding)).ok()?;
    value.is_object().then_some(value)
}
