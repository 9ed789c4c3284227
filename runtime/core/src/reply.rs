//! Building responses.

use crate::json;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue,
    LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use serde_json::Value;

/// A response whose body is complete.
pub type Reply = Response<Vec<u8>>;

/// A response with this body and media type.
#[must_use]
pub fn with_body(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    set(&mut reply, CONTENT_TYPE, content_type);
    reply
}

/// A JSON response that nobody caches (OAuth 2.1 section 3.2.3).
#[must_use]
pub fn json(status: StatusCode, value: &Value) -> Reply {
    let mut reply = with_body(status, "application/json", json::to_text(value).into_bytes());
    set(&mut reply, CACHE_CONTROL, "no-store");
    reply
}

/// A document in JSON that is public and the same for everyone.
#[must_use]
pub fn public(document: &Value) -> Reply {
    let mut reply = readable_by_any_origin(json(StatusCode::OK, document));
    // Short, so that a new release is seen soon.
    set(&mut reply, CACHE_CONTROL, "public, max-age=300");
    reply
}

/// A plain text response.
#[must_use]
pub fn text(status: StatusCode, message: &str) -> Reply {
    let mut reply = with_body(status, "text/plain; charset=utf-8", message.as_bytes().to_vec());
    set(&mut reply, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut reply, CACHE_CONTROL, "no-store");
    reply
}

/// `303 See Other`: the browser follows with GET whatever it came with (OAuth 2.1 section 7.5.3).
#[must_use]
pub fn redirect(location: &str) -> Reply {
    let mut reply = Response::new(Vec::new());
    *reply.status_mut() = StatusCode::SEE_OTHER;
    match HeaderValue::try_from(location) {
        Ok(value) => drop(reply.headers_mut().insert(LOCATION, value)),
        Err(_) => return text(StatusCode::BAD_REQUEST, "The redirect address is not valid."),
    }
    set(&mut reply, CACHE_CONTROL, "no-store");
    set(&mut reply, REFERRER_POLICY, "no-referrer");
    reply
}

/// The answer to HEAD: what GET is answered with, and no body (RFC 9110 section 9.3.2).
#[must_use]
pub fn without_body(reply: Reply) -> Reply {
    reply.map(|_| Vec::new())
}

/// `405 Method Not Allowed` with the methods that are.
#[must_use]
pub fn method_not_allowed(allow: &'static str) -> Reply {
    let mut reply =
        text(StatusCode::METHOD_NOT_ALLOWED, &format!("This address answers {allow} only."));
    set(&mut reply, ALLOW, allow);
    reply
}

/// Lets scripts of any origin read the answer: for public documents and for endpoints that look at
/// no cookie.
#[must_use]
pub fn readable_by_any_origin(mut reply: Reply) -> Reply {
    set(&mut reply, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    reply
}

/// Sets a header to a constant.
pub fn set(reply: &mut Reply, name: HeaderName, value: &'static str) {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
}
