//! Which web origins may talk to the MCP endpoints, and what their browsers are told.
//!
//! MCP requires servers to check `Origin`: without it any web page could use a server on the
//! visitor's own computer (DNS rebinding). Requests without `Origin` do not come from a page.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Response, StatusCode};
use url::Url;

use crate::host::is_loopback;
use crate::reply::{self, Reply};

const METHODS: &str = "GET, POST, DELETE, OPTIONS";
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Accept, MCP-Protocol-Version, \
                               Mcp-Session-Id, Last-Event-ID, Mcp-Method, Mcp-Name, traceparent, \
                               tracestate";
/// Start of the headers that repeat arguments (MCP 2026-07-28). There is one for each such argument
/// of each tool, so the browser is told those that it asks for.
const PARAM: &str = "mcp-param-";
/// Arguments that a page may repeat in one request; more are not asked for by anything real.
const MAX_PARAMS: usize = 32;
const RESPONSE_HEADERS: &str = "WWW-Authenticate, Mcp-Session-Id";
/// Browsers ask again after a day; Chrome caps it at two hours anyway.
const MAX_AGE: &str = "86400";

/// The verdict on a request's `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// Not a browser page of another origin.
    Direct,
    /// A page of an allowed origin; its browser wants to be told so.
    Page(HeaderValue),
    /// A page of any other origin.
    Foreign,
}

impl Sender {
    /// Judges the request's `Origin` header.
    #[must_use]
    pub fn of<'a>(
        headers: &HeaderMap,
        server: &str,
        mut allowed: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut values = headers.get_all(ORIGIN).iter();
        let Some(origin) = values.next() else { return Self::Direct };
        let text = origin.to_str().unwrap_or_default();
        let both_local = || is_local(server) && is_local(text);
        if values.next().is_none() && (text == server || allowed.any(|a| a == text) || both_local())
        {
            Self::Page(origin.clone())
        } else {
            Self::Foreign
        }
    }

    /// Lets an allowed page read the reply.
    pub fn label(&self, reply: &mut Reply) {
        if let Self::Page(origin) = self {
            let headers = reply.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.append(VARY, HeaderValue::from_static("Origin"));
            headers
                .insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
        }
    }
}

/// A developer's own page, for example MCP Inspector, may use a server on the same computer.
fn is_local(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| url.host_str().is_some_and(is_loopback))
}

/// The `403` for a page that may not use this server.
#[must_use]
pub fn foreign() -> Reply {
    reply::text(
        StatusCode::FORBIDDEN,
        "This Origin may not use the server; its owner can list it in [transport] allowed_origins \
         of mcp.toml.",
    )
}

/// The answer to a browser's preflight request to an MCP endpoint.
#[must_use]
pub fn mcp_preflight(headers: &HeaderMap) -> Reply {
    let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
    let params = asked.unwrap_or_default().split(',').map(str::trim).filter(|name| is_param(name));
    let mut names = String::from(REQUEST_HEADERS);
    for name in params.take(MAX_PARAMS) {
        names.push_str(", ");
        names.push_str(name);
    }
    let mut reply = preflight();
    if let Ok(value) = HeaderValue::try_from(names) {
        reply.headers_mut().insert(ACCESS_CONTROL_ALLOW_HEADERS, value);
    }
    reply
}

fn is_param(name: &str) -> bool {
    name.get(..PARAM.len()).is_some_and(|start| start.eq_ignore_ascii_case(PARAM))
        && HeaderName::from_bytes(name.as_bytes()).is_ok()
}

/// The answer to a browser's preflight request.
#[must_use]
pub fn preflight() -> Reply {
    let mut reply = Response::new(Vec::new());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    reply::set(&mut reply, ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    reply::set(&mut reply, ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    reply::set(&mut reply, ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(origin: &[&str], server: &str) -> Sender {
        let mut headers = HeaderMap::new();
        for value in origin {
            headers.append(ORIGIN, HeaderValue::from_str(value).unwrap());
        }
        Sender::of(&headers, server, ["https://app.example.com"].into_iter())
    }

    #[test]
    fn own_and_listed_origins_may_use_the_server_and_no_other() {
        let server = "https://mcp.example.com";
        assert_eq!(sender(&[], server), Sender::Direct);
        for good in ["https://mcp.example.com", "https://app.example.com"] {
            assert!(matches!(sender(&[good], server), Sender::Page(_)), "{good}");
        }
        for bad in [
            "https://evil.example",
            "http://mcp.example.com",
            "https://app.example.com.evil.example",
            "null",
            "http://localhost:6274",
        ] {
            assert_eq!(sender(&[bad], server), Sender::Foreign, "{bad}");
        }
        assert_eq!(
            sender(&["https://app.example.com", "https://evil.example"], server),
            Sender::Foreign
        );
    }

    #[test]
    fn a_page_may_repeat_arguments_in_headers() {
        let mut headers = HeaderMap::new();
        let asked = "authorization, Mcp-Param-Region, x-evil, mcp-param-bad name";
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static(asked));
        let reply = mcp_preflight(&headers);
        let allowed = reply.headers()[ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
        assert!(allowed.ends_with("tracestate, Mcp-Param-Region"), "{allowed}");
    }

    #[test]
    fn a_local_page_may_use_a_local_server() {
        assert!(matches!(
            sender(&["http://localhost:6274"], "http://127.0.0.1:8788"),
            Sender::Page(_)
        ));
        assert_eq!(sender(&["https://evil.example"], "http://localhost:8788"), Sender::Foreign);
    }
}
