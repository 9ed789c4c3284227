//! Requests to the identity provider.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, pin_mut};
use http::StatusCode;
use toolgate_core::access::jwks::Jwks;
use toolgate_core::access::provider::Provider;
use toolgate_core::limits::{MAX_UPSTREAM_BODY, UPSTREAM_TIMEOUT};
use worker::wasm_bindgen::JsValue;
use worker::{AbortController, Delay, Error, Fetch, Headers, Method, RequestInit, RequestRedirect};

/// Sends a request; redirects are not followed, the answer's size and time are bounded.
///
/// # Errors
/// No answer in time, or one that is too large.
pub(crate) async fn send(
    request: http::Request<Vec<u8>>,
) -> worker::Result<http::Response<Vec<u8>>> {
    let abort = AbortController::default();
    let signal = abort.signal();
    let exchange = async {
        let request = to_worker(&request)?;
        let response = Fetch::Request(request).send_with_signal(&signal).await?;
        read(response).await
    };
    let timeout = Delay::from(Duration::from_secs(UPSTREAM_TIMEOUT));
    pin_mut!(exchange, timeout);
    match select(exchange, timeout).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            abort.abort();
            Err(Error::RustError(format!("no answer within {UPSTREAM_TIMEOUT} s")))
        }
    }
}

fn to_worker(request: &http::Request<Vec<u8>>) -> worker::Result<worker::Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        headers.set(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::from(request.method().as_str().to_owned()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual);
    if !request.body().is_empty() {
        // Forms, and so text.
        let body = String::from_utf8_lossy(request.body());
        init.with_body(Some(JsValue::from_str(&body)));
    }
    worker::Request::new_with_init(&request.uri().to_string(), &init)
}

async fn read(mut response: worker::Response) -> worker::Result<http::Response<Vec<u8>>> {
    let mut body = Vec::new();
    if !matches!(response.body(), worker::ResponseBody::Empty) {
        let mut stream = response.stream()?;
        while let Some(chunk) = stream.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > MAX_UPSTREAM_BODY {
                return Err(Error::RustError(format!("more than {MAX_UPSTREAM_BODY} bytes")));
            }
        }
    }
    let mut answer = http::Response::new(body);
    *answer.status_mut() =
        StatusCode::from_u16(response.status_code()).unwrap_or(StatusCode::BAD_GATEWAY);
    if let Some(kind) = response.headers().get("content-type")?
        && let Ok(kind) = kind.parse()
    {
        answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    }
    Ok(answer)
}

thread_local! {
    /// Keys by the address they came from; a deployment has one, a rotation of settings two.
    static JWKS: RefCell<Option<(String, Jwks)>> = const { RefCell::new(None) };
}

/// The identity provider's keys, from this isolate's cache while they are fresh.
///
/// # Errors
/// The provider does not answer with a key set.
pub(crate) async fn jwks(provider: &Provider, now: u64) -> worker::Result<Jwks> {
    let cached = JWKS.with_borrow(|cache| {
        let (address, keys) = cache.as_ref()?;
        (address == provider.jwks_url.as_str() && !keys.is_stale(now)).then(|| keys.clone())
    });
    match cached {
        Some(keys) => Ok(keys),
        None => fresh_jwks(provider, now).await,
    }
}

/// The identity provider's keys, fetched now.
///
/// # Errors
/// The provider does not answer with a key set. What is cached stays.
pub(crate) async fn fresh_jwks(provider: &Provider, now: u64) -> worker::Result<Jwks> {
    let request = http::Request::builder()
        .uri(provider.jwks_url.as_str())
        .header(http::header::ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(|error| Error::RustError(error.to_string()))?;
    let answer = send(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(Error::RustError(format!("status {}", answer.status())));
    }
    let keys = Jwks::parse(answer.body(), now)
        .ok_or_else(|| Error::RustError("not a JSON Web Key Set".to_owned()))?;
    JWKS.set(Some((provider.jwks_url.to_string(), keys.clone())));
    Ok(keys)
}
