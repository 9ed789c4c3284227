//! Requests to the identity provider.

use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, pin_mut};
use http::{HeaderName, StatusCode};
use toolgate_core::limits::{MAX_UPSTREAM_BODY, UPSTREAM_TIMEOUT};
use worker::wasm_bindgen::JsValue;
use worker::web_sys::{RequestInit, RequestRedirect};
use worker::{AbortController, Error, Fetch, Headers};

use crate::http::request;
use crate::platform::timer::Timer;

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
    let abort = AbortController::default();
    let signal = abort.signal();
    let exchange = async {
        let request = to_worker(&request)?;
        let response = Fetch::Request(request).send_with_signal(&signal).await?;
        read(response, max_body).await
    };
    let timeout = Timer::from(Duration::from_secs(seconds));
    pin_mut!(exchange, timeout);
    match select(exchange, timeout).await {
        // What is too large is not read to its end either.
        Either::Left((answer, _)) => {
            if answer.is_err() {
                abort.abort();
            }
            answer
        }
        Either::Right(_) => {
            abort.abort();
            Err(Error::RustError(format!("no answer within {seconds} s")))
        }
    }
}

fn to_worker(request: &http::Request<Vec<u8>>) -> worker::Result<worker::Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        headers.set(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(headers.as_ref());
    init.set_redirect(RequestRedirect::Manual);
    if !request.body().is_empty() {
        // Forms, and so text.
        let body = String::from_utf8_lossy(request.body());
        init.set_body(&JsValue::from_str(&body));
    }
    request::request(&request.uri().to_string(), &init)
}

async fn read(
    mut response: worker::Response,
    max_body: usize,
) -> worker::Result<http::Response<Vec<u8>>> {
    let mut body = Vec::new();
    if !matches!(response.body(), worker::ResponseBody::Empty) {
        let mut stream = response.stream()?;
        while let Some(chunk) = stream.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > max_body {
                return Err(Error::RustError(format!("more than {max_body} bytes")));
            }
        }
    }
    let mut answer = http::Response::new(body);
    *answer.status_mut() =
        StatusCode::from_u16(response.status_code()).unwrap_or(StatusCode::BAD_GATEWAY);
    for name in KEPT_HEADERS.map(HeaderName::from_static) {
        if let Some(value) = response.headers().get(name.as_str())?
            && let Ok(value) = value.parse()
        {
            answer.headers_mut().insert(name, value);
        }
    }
    Ok(answer)
}
