//! Requests and responses between Workers and the core.

use futures_util::StreamExt;
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode, Uri};
use toolgate_core::audit::{self, Reason};
use toolgate_core::reply::{self, Reply};
use toolgate_core::request_size;
use worker::{Headers, Request, Response, ResponseBuilder};

/// The request's method, address and headers, before its body is read.
///
/// # Errors
/// The reply to a request that cannot be one.
pub fn head(request: &Request) -> Result<http::Request<()>, Box<Reply>> {
    let bad = |what| Box::new(reply::text(StatusCode::BAD_REQUEST, what));
    let raw = request.inner();
    let url = raw.url();
    request_size::check_url(&url)?;
    let headers = headers(request.headers());
    request_size::check_headers(&headers)?;
    let mut head = http::Request::new(());
    *head.method_mut() =
        Method::from_bytes(raw.method().as_bytes()).map_err(|_| bad("The method is not valid."))?;
    *head.uri_mut() = Uri::try_from(url).map_err(|_| bad("The address is not valid."))?;
    *head.headers_mut() = headers;
    Ok(head)
}

fn headers(headers: &Headers) -> HeaderMap {
    headers
        .entries()
        .filter_map(|(name, value)| {
            let name = HeaderName::try_from(name).ok()?;
            Some((name, HeaderValue::try_from(value).ok()?))
        })
        .collect()
}

/// Reads the body up to a limit.
///
/// # Errors
/// `413` above the limit, `400` when the connection fails.
pub async fn body(
    request: &mut Request,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Vec<u8>, Box<Reply>> {
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    let broken = |_| Box::new(reply::text(StatusCode::BAD_REQUEST, "The body could not be read."));
    match declared {
        Some(length) if length > limit => Err(Box::new(too_large(limit))),
        Some(_) => request.bytes().await.map_err(broken),
        // Without a length only counting tells.
        None if request.inner().body().is_none() => Ok(Vec::new()),
        None => {
            let mut stream = request.stream().map_err(broken)?;
            let mut body = Vec::new();
            while let Some(chunk) = stream.next().await {
                body.extend_from_slice(&chunk.map_err(broken)?);
                if body.len() > limit {
                    return Err(Box::new(too_large(limit)));
                }
            }
            Ok(body)
        }
    }
}

fn too_large(limit: usize) -> Reply {
    let text = format!("The body is larger than the {limit} bytes this address accepts.");
    audit::because(reply::text(StatusCode::PAYLOAD_TOO_LARGE, &text), Reason::BodyTooLarge)
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
