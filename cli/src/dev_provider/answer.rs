//! Answers that several endpoints give.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

/// Scripts never run, nothing is loaded, nobody may frame the page, and its form may lead only to
/// this provider and from there back to a server on this machine.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    form-action 'self' http://localhost:* http://127.0.0.1:*; frame-ancestors 'none'; base-uri 'none'";

/// A page for people.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    document(status, title, STYLE, "", &format!("<main>{body}</main>"))
}

/// A page with a style of its own. Everything is HTML already.
pub(super) fn document(
    status: StatusCode,
    title: &str,
    style: &str,
    head: &str,
    body: &str,
) -> Response {
    let document = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{head}\
         <title>{title}</title><style>{style}</style></head><body>{body}</body></html>\n"
    );
    let mut response = (status, Html(document)).into_response();
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An OAuth error as JSON (RFC 6749 section 5.2).
pub(super) fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    let body = Json(json!({ "error": error, "error_description": description }));
    no_store((status, body).into_response())
}

/// The same answer, not to be stored.
pub(super) fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Text that stands in HTML or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{margin:0;min-height:100vh;display:grid;place-items:center}\
main{width:min(26rem,90vw);padding:2rem}\
h1{font-size:1.4rem}\
button{display:block;width:100%;margin:.5rem 0;padding:.7rem 1rem;font:inherit;text-align:left;\
border:1px solid #8888;border-radius:.5rem;background:transparent;cursor:pointer}\
button:hover,button:focus-visible{border-color:currentColor}\
small{display:block;opacity:.7}";
