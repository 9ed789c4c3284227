//! Rate limits: asks the platform's rate limiter, or else counts in a Durable Object.
//!
//! The object is one for each route and network address and keeps its count in memory only: a flood
//! leaves the storage as it was, and reaches nobody else's count. When it cannot be asked the
//! request is refused: a flood from that address is the likely cause, and letting it through would
//! make the limit worthless exactly then.

use http::Method;
use toolgate_core::audit::{Event, Kind, Reason};
use toolgate_core::rate::{Route, network};
use toolgate_core::reply::Reply;
use toolgate_core::seal::sha256;
use worker::js_sys::Reflect;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{RateLimiter, console_error};

use crate::bindings::Env;
use crate::entry::Incoming;
use crate::relay;

/// Path inside the object: counts a request.
pub(crate) const COUNT: &str = "/limit";

/// Says from which network address a request came; set by Cloudflare, whatever the client sends.
const ADDRESS: &str = "cf-connecting-ip";

/// Counts a request before anything is read or computed for it.
///
/// # Errors
/// The reply to a request too many.
pub(crate) async fn check(
    incoming: &Incoming<'_>,
    head: &http::Request<()>,
) -> Result<(), Box<Reply>> {
    // A preflight costs no more than counting it would.
    let route = Route::of(head.uri().path()).filter(|_| head.method() != Method::OPTIONS);
    let Some(route) = route else { return Ok(()) };
    let address = network(head.headers().get(ADDRESS).and_then(|value| value.to_str().ok()));
    let (kind, reason, reply) = match admits(incoming, route, address).await {
        Ok(true) => return Ok(()),
        Ok(false) => (Kind::RateLimited, Reason::RateLimited, route.refuse()),
        Err(error) => {
            console_error!("requests could not be counted: {error}");
            (Kind::Refused, Reason::LimiterUnavailable, route.unavailable())
        }
    };
    let detail = Some(route.name().to_owned());
    incoming.log.record(Event { detail, ..Event::new(kind, reason) });
    Err(Box::new(reply))
}

async fn admits(incoming: &Incoming<'_>, route: Route, address: String) -> worker::Result<bool> {
    if let Some(limiter) = limiter(incoming.env, route) {
        match limiter.limit(address.clone()).await {
            Ok(outcome) => return Ok(outcome.success),
            Err(error) => console_error!("the rate limiter failed: {error}"),
        }
    }
    let limit = route.limit(&incoming.app.config.limits);
    let name = format!("limits:{}", sha256(&format!("{} {address}", route.name())));
    let answer = relay::ask(incoming.app, incoming.env, &name, COUNT, &limit.to_string()).await?;
    Ok(toolgate_core::json::from_str(&answer)?)
}

/// The binding, where there is one. Its class has another name on every platform, so nothing but
/// its being there is checked.
fn limiter(env: &Env, route: Route) -> Option<RateLimiter> {
    let binding = match route {
        Route::Register => "TOOLGATE_LIMIT_REGISTER",
        Route::Authorize => "TOOLGATE_LIMIT_AUTHORIZE",
        Route::Token => "TOOLGATE_LIMIT_TOKEN",
        Route::Callback => "TOOLGATE_LIMIT_CALLBACK",
    };
    let value = Reflect::get(env, &JsValue::from_str(binding)).ok()?;
    value.is_object().then(|| value.unchecked_into())
}
