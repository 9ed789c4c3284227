//! Requests and responses between Workers and the core.

use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode, Uri};
use toolgate_core::header;
use toolgate_core::host;
use toolgate_core::limits::{BODY_SILENCE, BODY_TIMEOUT};
use toolgate_core::reply::{self, Reply};
use toolgate_core::request_size::{self, BodyError};

use crate::platform::host::{Headers, Request, Response, ResponseBuilder};
use crate::platform::now;
use crate::platform::within::within;
use crate::ports::request_context::RequestContext;

/// The request's method, address and headers, before its body is read.
///
/// # Errors
/// The reply to a request that cannot be one.
pub fn head(request: &Request) -> Result<http::Request<()>, Box<Reply>> {
    let bad = |what| Box::new(reply::text(StatusCode::BAD_REQUEST, what));
    let raw = request.inner();
    let url = raw.url();
    request_size::check_url(&url)?;
    let headers = header::read(request.headers().entries())?;
    request_size::check_headers(&url, &headers)?;
    host::check_header(&headers)?;
    let mut head = http::Request::new(());
    *head.method_mut() =
        Method::from_bytes(raw.method().as_bytes()).map_err(|_| bad("The method is not valid."))?;
    *head.uri_mut() = Uri::try_from(url).map_err(|_| bad("The address is not valid."))?;
    *head.headers_mut() = headers;
    Ok(head)
}

/// Reads the body up to a limit, for as long as it keeps arriving.
///
/// # Errors
/// It is too large, too slow, or breaks off.
pub async fn body(
    request: &mut Request,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Vec<u8>, BodyError> {
    request_size::check_length(headers, limit)?;
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    let mut stream = request.stream().map_err(|_| BodyError::Unreadable)?;
    let end = now() + BODY_TIMEOUT;
    let mut body = Vec::new();
    loop {
        let wait = BODY_SILENCE.min(end.saturating_sub(now()));
        match within(wait, stream.next()).await {
            None => return Err(BodyError::Stalled),
            Some(None) => return Ok(body),
            Some(Some(Err(_))) => return Err(BodyError::Unreadable),
            Some(Some(Ok(chunk))) => body.extend_from_slice(&chunk),
        }
        if body.len() > limit {
            return Err(BodyError::TooLarge(limit));
        }
    }
}

/// The core's reply as a Workers response.
///
/// # Errors
/// Never for what the core builds: the platform refuses only malformed headers.
pub fn response(reply: Reply) -> worker::Result<Response> {
    let (parts, body) = reply.into_parts();
    let headers = Headers::new();
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str() {
            headers.append(name.as_str(), value)?;
        }
    }
    let builder = ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers);
    Ok(if body.is_empty() { builder.empty() } else { builder.fixed(body) })
}

/// Reads the body of a message, up to `[transport] max_body_bytes`.
pub(crate) async fn read_body(
    request: &RequestContext<'_>,
    head: &http::Request<()>,
    worker_request: &mut Request,
) -> Result<Vec<u8>, Box<Reply>> {
    if head.method() != Method::POST {
        return Ok(Vec::new());
    }
    let limit = request.app.config.transport.max_body_bytes as usize;
    let body = self::body(worker_request, head.headers(), limit).await;
    body.map_err(|error| Box::new(error.into_reply()))
}

impl RequestContext<'_> {
    /// The core's reply as a response; if it refuses, the audit trail is told.
    pub(crate) fn respond(&self, reply: Reply) -> worker::Result<Response> {
        self.log.refusal(&reply);
        response(reply)
    }
}
