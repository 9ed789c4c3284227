//! Requests to the identity provider.

use std::time::Duration;

use http::{HeaderName, StatusCode};
use toolgate_core::limits::{MAX_UPSTREAM_BODY, UPSTREAM_TIMEOUT};
use worker::Error;

use crate::platform::outgoing::{Bounds, Failure, exchange};

/// Headers of an answer that somebody looks at.
const KEPT_HEADERS: [&str; 5] =
    ["content-type", "cache-control", "retry-after", "x-ratelimit-remaining", "x-github-sso"];

/// Sends a request; redirects are not followed, the answer's size and time are bounded.
///
/// # Errors
/// No answer in time, or one that is too large.
pub(crate) async fn send(
    request: http::Request<Vec<u8>>,
) -> worker::Result<http::Response<Vec<u8>>> {
    send_within(request, MAX_UPSTREAM_BODY, UPSTREAM_TIMEOUT).await
}

/// The same with bounds of its own, in bytes and seconds.
///
/// # Errors
/// No answer in time, or one that is too large.
pub(crate) async fn send_within(
    request: http::Request<Vec<u8>>,
    max_body: usize,
    seconds: u64,
) -> worker::Result<http::Response<Vec<u8>>> {
    let bounds = Bounds { may_be_cached: true, max_body, time: Duration::from_secs(seconds) };
    let answer = exchange(&request, bounds).await.map_err(|failure| match failure {
        Failure::Unreachable(error) => error,
        Failure::TimedOut => Error::RustError(format!("no answer within {seconds} s")),
        Failure::TooLarge => Error::RustError(format!("more than {max_body} bytes")),
    })?;
    let mut response = http::Response::new(answer.body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for name in KEPT_HEADERS.map(HeaderName::from_static) {
        if let Some(value) = answer.headers.get(name.as_str())?
            && let Ok(value) = value.parse()
        {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}
