//! Counts the requests to routes by network address, as the rate limits of OAuth do without a binding.

use http::HeaderMap;
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use toolgate_core::audit::{Event, EventKind, Reason};
use toolgate_core::host::CLIENT_ADDRESS;
use toolgate_core::rate::{self, PERIOD};
use toolgate_core::reply::{self, Reply};
use toolgate_core::seal::sha256;

use crate::http::object_client;
use crate::platform::console::log_error;
use crate::ports::request_context::RequestContext;
use crate::rate_limit::COUNT;

/// The name of the limit in `[limits]`, and in the audit trail.
const NAME: &str = "routes";

/// Counts a request before anything is read or computed for it.
///
/// # Errors
/// The reply to a request too many, and to every one while they cannot be counted.
pub(super) async fn count(
    request: &RequestContext<'_>,
    headers: &HeaderMap,
) -> Result<(), Box<Reply>> {
    let address = headers.get(CLIENT_ADDRESS).and_then(|value| value.to_str().ok());
    let whose = rate::network(address);
    let (kind, reason, status) = match admits(request, &whose).await {
        Ok(true) => return Ok(()),
        Ok(false) => (EventKind::RateLimited, Reason::RateLimited, StatusCode::TOO_MANY_REQUESTS),
        Err(error) => {
            log_error!("requests could not be counted: {error}");
            (EventKind::Refused, Reason::LimiterUnavailable, StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    request.log.record(Event { detail: Some(NAME.to_owned()), ..Event::new(kind, reason) });
    let text = ["Too many requests; try again in a minute (", reason.code(), ")."].concat();
    let mut reply = reply::text(status, &text);
    reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(PERIOD));
    Err(Box::new(reply))
}

async fn admits(request: &RequestContext<'_>, whose: &str) -> worker::Result<bool> {
    let limit = request.app.config.limits.routes;
    let name = ["limits:", &sha256(&[NAME, " ", whose].concat())].concat();
    let answer =
        object_client::ask(request.app, request.env, &name, COUNT, &limit.to_string()).await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}
