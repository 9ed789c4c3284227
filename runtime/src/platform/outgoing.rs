//! Requests that leave the Worker.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::pin_mut;
use worker::js_sys::{Reflect, Uint8Array};
use worker::web_sys::{self, RequestInit, RequestRedirect};
use worker::{AbortController, Error, Fetch, Headers, Request, Response, ResponseBody};

use crate::platform::timer::Timer;

/// Bounds of an answer: its time, its size, and where it may come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// False for an answer that Cloudflare's cache must neither give nor keep: it goes by the address
    /// alone, whatever credential a request has.
    pub(crate) may_be_cached: bool,
    pub(crate) max_body: usize,
    pub(crate) time: Duration,
}

/// The answer of another server.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    Unreachable(Error),
    TimedOut,
    TooLarge,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Unreachable(error)
    }
}

/// Ends a request whose answer nobody waits for.
struct Abort(Option<AbortController>);

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}

/// Sends a request. Redirects are not followed.
///
/// # Errors
/// No answer, or one that takes too long or is too large.
pub(crate) async fn exchange(
    request: &http::Request<Vec<u8>>,
    bounds: Bounds,
) -> Result<Answer, Failure> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let mut abort = Abort(Some(controller));
    let exchange = async {
        let request = to_worker(request, bounds.may_be_cached)?;
        let response = Fetch::Request(request).send_with_signal(&signal).await?;
        read(response, bounds.max_body).await
    };
    let timeout = Timer::from(bounds.time);
    pin_mut!(exchange, timeout);
    match select(exchange, timeout).await {
        Either::Left((Ok(answer), _)) => {
            abort.0 = None;
            Ok(answer)
        }
        Either::Left((Err(failure), _)) => Err(failure),
        Either::Right(_) => Err(Failure::TimedOut),
    }
}

fn to_worker(request: &http::Request<Vec<u8>>, may_be_cached: bool) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        let value = value.to_str().map_err(|_| Error::from("a header is not ASCII"))?;
        headers.append(name.as_str(), value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(headers.as_ref());
    init.set_redirect(RequestRedirect::Manual);
    if !may_be_cached {
        Reflect::set(&init, &"cache".into(), &"no-store".into())?;
    }
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_slice()));
    }
    self::request(&request.uri().to_string(), &init)
}

/// A request of ours. The constructor of worker-rs brings settings of Cloudflare that nothing here
/// uses, 4 KiB of a Worker.
pub(crate) fn request(url: &str, init: &RequestInit) -> worker::Result<Request> {
    Ok(web_sys::Request::new_with_str_and_init(url, init)?.into())
}

async fn read(mut response: Response, max_body: usize) -> Result<Answer, Failure> {
    let mut body = Vec::new();
    if !matches!(response.body(), ResponseBody::Empty) {
        let mut stream = response.stream()?;
        while let Some(chunk) = stream.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > max_body {
                return Err(Failure::TooLarge);
            }
        }
    }
    let (status, headers) = (response.status_code(), response.headers().clone());
    Ok(Answer { status, headers, body })
}
