//! The answer of a route.

use std::fmt::Display;

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::json;
use toolgate_core::mcp::content::FailureCause;

use super::body::WrongBody;
use crate::tool::error::told;
use crate::tool::{Json, finite};

/// An answer of a route: a status, headers and a body.
///
/// ```
/// use toolgate::prelude::*;
///
/// let answer = RouteResponse::html("<h1>Orders</h1>").header("content-language", "en");
/// let gone = RouteResponse::text("This order was deleted.").status(410);
/// ```
///
/// Whatever it says, it is sent with `Content-Security-Policy: sandbox allow-scripts allow-forms`, and
/// without headers that speak of the whole origin or set a cookie of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// True where the function could not do its work.
    pub(crate) is_error: bool,
}

impl RouteResponse {
    /// No body, and the status 204.
    #[must_use]
    pub fn empty() -> Self {
        let (headers, body) = (HeaderMap::new(), Vec::new());
        Self { status: StatusCode::NO_CONTENT, headers, body, is_error: false }
    }

    /// Bytes of this media type.
    #[must_use]
    pub fn bytes(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let answer = Self { status: StatusCode::OK, body: body.into(), ..Self::empty() };
        answer.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::bytes("text/plain; charset=utf-8", text.into())
    }

    /// A page.
    #[must_use]
    pub fn html(html: impl Into<String>) -> Self {
        Self::bytes("text/html; charset=utf-8", html.into())
    }

    /// JSON of a value; the status is 500 where it has no JSON.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Self {
        match finite::to_text(value) {
            Ok(text) => Self::bytes("application/json", text),
            Err(error) => failed(StatusCode::INTERNAL_SERVER_ERROR, &told(&error).message),
        }
    }

    /// `303 See Other`: the browser goes on with GET.
    #[must_use]
    pub fn redirect(address: &str) -> Self {
        Self::empty().status(StatusCode::SEE_OTHER.as_u16()).header(LOCATION.as_str(), address)
    }

    /// With this status. One that is none, or below 200, is 500.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        let known = StatusCode::from_u16(status).ok().filter(|status| !status.is_informational());
        self.status = known.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self
    }

    /// With one more header. It takes the place of one with the same name, except that every `Set-Cookie`
    /// stays. A name or value that no header can have is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            if name == http::header::SET_COOKIE {
                self.headers.append(name, value);
            } else {
                self.headers.insert(name, value);
            }
        }
        self
    }

    /// The status that it has, for a test of the function.
    #[must_use]
    pub fn status_code(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body that it has, for a test of the function.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The answer for the client, and whether the function failed.
    pub(crate) fn into_reply(self) -> (toolgate_core::reply::Reply, bool) {
        let Self { status, headers, body, is_error } = self;
        let mut reply = toolgate_core::reply::Reply::new(body);
        *reply.status_mut() = status;
        *reply.headers_mut() = headers;
        (reply, is_error)
    }
}

/// A refusal of the server's own.
pub(crate) fn refusal(status: StatusCode, words: &str) -> RouteResponse {
    RouteResponse::json(&json!({ "error": words })).status(status.as_u16())
}

/// The answer where a segment of the path is not one of its parameter.
#[doc(hidden)]
#[must_use]
pub fn no_such_route() -> RouteResponse {
    refusal(StatusCode::NOT_FOUND, "not found")
}

fn failed(status: StatusCode, words: &str) -> RouteResponse {
    let body = json!({ "error": words }).to_string();
    let answer = RouteResponse::bytes("application/json", body).status(status.as_u16());
    RouteResponse { is_error: true, ..answer }
}

/// A type that the function of a route may return.
#[diagnostic::on_unimplemented(
    message = "a route cannot return `{Self}`",
    label = "not an answer of a route",
    note = "a route returns `()`, `String`, `&'static str`, `Vec<u8>`, `Json<…>`, `RouteResponse`, an \
            `Option` of one of them for 404, or a `Result` whose error can be displayed"
)]
pub trait IntoRouteResponse {
    /// The answer.
    fn into_route_response(self) -> RouteResponse;
}

impl IntoRouteResponse for RouteResponse {
    fn into_route_response(self) -> RouteResponse {
        self
    }
}

impl IntoRouteResponse for () {
    fn into_route_response(self) -> RouteResponse {
        RouteResponse::empty()
    }
}

impl IntoRouteResponse for String {
    fn into_route_response(self) -> RouteResponse {
        RouteResponse::text(self)
    }
}

impl IntoRouteResponse for &'static str {
    fn into_route_response(self) -> RouteResponse {
        RouteResponse::text(self)
    }
}

impl IntoRouteResponse for Vec<u8> {
    fn into_route_response(self) -> RouteResponse {
        RouteResponse::bytes("application/octet-stream", self)
    }
}

impl<T: Serialize> IntoRouteResponse for Json<T> {
    fn into_route_response(self) -> RouteResponse {
        RouteResponse::json(&self.0)
    }
}

impl<T: IntoRouteResponse> IntoRouteResponse for Option<T> {
    fn into_route_response(self) -> RouteResponse {
        self.map_or_else(no_such_route, T::into_route_response)
    }
}

impl IntoRouteResponse for WrongBody {
    fn into_route_response(self) -> RouteResponse {
        *self.0
    }
}

/// Words that were chosen for the caller are a 400; of any other error the caller learns only the id
/// under which it is in the log.
impl<T: IntoRouteResponse, E: Display + 'static> IntoRouteResponse for Result<T, E> {
    fn into_route_response(self) -> RouteResponse {
        match self {
            Ok(value) => value.into_route_response(),
            Err(error) => {
                let told = told(&error);
                let status = match told.cause {
                    FailureCause::Internal => StatusCode::INTERNAL_SERVER_ERROR,
                    FailureCause::Tool | FailureCause::Declined => StatusCode::BAD_REQUEST,
                };
                failed(status, &told.message)
            }
        }
    }
}
