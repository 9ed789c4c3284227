//! The request, as the function of a route sees it.

use std::fmt::Display;
use std::str::FromStr;

use http::{HeaderMap, Method};

/// A request to a route. A function that wants more of it than path and body takes
/// `request: &RouteRequest`.
///
/// The server's own cookies are not in it, and neither is what signed the caller in.
#[derive(Debug, Clone)]
pub struct RouteRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl RouteRequest {
    /// The method, such as `POST`. A `HEAD` is served as `GET`, and says so here.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of a query parameter, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The first value of a header, where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The media type of the body without its parameters, in lower case.
    pub(super) fn media_type(&self) -> String {
        let text = self.header("content-type").unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// A parameter of the path. Only the text that its value prints as is taken: one thing has one address.
#[doc(hidden)]
#[must_use]
pub fn segment<T: FromStr + Display>(request: &RouteRequest, name: &str) -> Option<T> {
    let (_, text) = request.parameters.iter().find(|(known, _)| *known == name)?;
    text.parse::<T>().ok().filter(|value| value.to_string() == *text)
}
