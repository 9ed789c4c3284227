//! HTTP requests of a function to other servers.

mod as_caller;
mod connection;
mod connection_error;
mod error;
mod hosts;
mod request;
mod response;
#[cfg_attr(not(target_arch = "wasm32"), path = "native.rs")]
mod transport;

pub use self::as_caller::AsCaller;
pub use self::connection::Connection;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::connection::TestAccounts;
pub use self::connection_error::ConnectionError;
pub(crate) use self::error::UNDECLARED;
pub use self::error::{AsCallerProblem, HttpError, HttpProblem};
pub use self::request::HttpRequest;
pub use self::response::HttpResponse;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use self::transport::Answer;
use crate::tool::Context;

/// A client for HTTP requests to other servers: [`Context::http`].
#[derive(Debug, Clone, Copy)]
pub struct Http<'a> {
    context: &'a Context,
    send: Send,
}

impl Context {
    /// A client for HTTP requests to other servers.
    ///
    /// An answer must come in time, fit in memory and have a status of success, or else it is an
    /// [`HttpError`], which names the host and the status and nothing secret. Redirects are not followed.
    /// The request carries the call's trace (`traceparent`, W3C Trace Context).
    ///
    /// ```
    /// use serde::Deserialize;
    /// use toolgate::prelude::*;
    ///
    /// #[derive(Deserialize)]
    /// struct Status {
    ///     state: String,
    /// }
    ///
    /// /// Tells the state of a service
    /// #[mcp_tool(allow = "everyone")]
    /// async fn state(ctx: &Context, service: String) -> Result<String> {
    ///     let token = ctx.secret("STATUS_TOKEN")?;
    ///     let answer = ctx
    ///         .http()
    ///         .get("https://status.example.com/api")
    ///         .query("service", &service)
    ///         .bearer(&token)
    ///         .send()
    ///         .await?;
    ///     let status: Status = answer.json()?;
    ///     Ok(status.state)
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn http(&self) -> Http<'_> {
        Http { context: self, send: plain }
    }
}

impl<'a> Http<'a> {
    /// A GET request to an absolute address.
    pub fn get(self, url: &str) -> HttpRequest<'a> {
        self.request("GET", url)
    }

    /// A POST request to an absolute address.
    pub fn post(self, url: &str) -> HttpRequest<'a> {
        self.request("POST", url)
    }

    /// A PUT request to an absolute address.
    pub fn put(self, url: &str) -> HttpRequest<'a> {
        self.request("PUT", url)
    }

    /// A PATCH request to an absolute address.
    pub fn patch(self, url: &str) -> HttpRequest<'a> {
        self.request("PATCH", url)
    }

    /// A DELETE request to an absolute address.
    pub fn delete(self, url: &str) -> HttpRequest<'a> {
        self.request("DELETE", url)
    }

    /// A request of another method, which is written in upper case.
    pub fn request(self, method: &str, url: &str) -> HttpRequest<'a> {
        HttpRequest::new(self.context, self.send, method, url)
    }
}

/// A way to send a request. Each client names its own, so that a server contains those that it uses.
type Send = for<'a> fn(
    &'a Context,
    http::Request<Vec<u8>>,
    Bounds,
) -> LocalBoxFuture<'a, Result<Answer, HttpProblem>>;

/// Bounds of an answer.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// The largest body, in bytes.
    limit: usize,
    timeout: Duration,
    any_status: bool,
}

/// Sends a request as it is.
fn plain(
    context: &Context,
    request: http::Request<Vec<u8>>,
    bounds: Bounds,
) -> LocalBoxFuture<'_, Result<Answer, HttpProblem>> {
    if let (Some(trail), Some(host)) = (context.live().trail(), request.uri().host()) {
        trail.sends_to(host);
    }
    Box::pin(transport::send(request, bounds.limit, bounds.timeout))
}
