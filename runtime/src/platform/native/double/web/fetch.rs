//! Requests to other servers and to other Workers, which the test answers.

use std::fmt;
use std::future::pending;
use std::rc::Rc;

use worker::{Error, Method, Result, Url};

use super::body::ByteStream;
use super::headers::Headers;
use super::request::{Request, RequestInit};
use super::response::{Response, ResponseBody, ResponseBuilder};
use crate::platform::native::double::http::{HttpAnswer, HttpCall, HttpScript};

/// A request to another server.
#[derive(Debug)]
pub enum Fetch {
    /// GET of this address.
    Url(Url),
    /// This request.
    Request(Request),
}

/// Another Worker, by a service binding: what
/// [`TestServer::service`](crate::testing::TestServer::service) answers.
#[derive(Clone)]
pub struct Fetcher(Rc<HttpScript>);

impl Fetch {
    /// The answer of the test whose function sends it, by
    /// [`TestServer::http`](crate::testing::TestServer::http).
    ///
    /// # Errors
    /// The test answers with `HttpAnswer::Unreachable`.
    ///
    /// # Panics
    /// The test does not expect the request.
    pub async fn send(&self) -> Result<Response> {
        let call = match self {
            Self::Url(url) => HttpCall::new(Request::new(url.as_str(), Method::Get)?.to_http()?),
            Self::Request(request) => HttpCall::new(request.to_http()?),
        };
        response(HttpScript::current().answer(call)).await
    }
}

impl Fetcher {
    pub(crate) fn new(script: Rc<HttpScript>) -> Self {
        Self(script)
    }

    /// Sends the other Worker a request.
    ///
    /// # Errors
    /// The request is malformed, or the test answers with `HttpAnswer::Unreachable`.
    ///
    /// # Panics
    /// The test does not expect the request.
    pub async fn fetch(
        &self,
        url: impl Into<String>,
        init: Option<RequestInit>,
    ) -> Result<Response> {
        let request = Request::new_with_init(&url.into(), &init.unwrap_or_default())?;
        self.fetch_request(request).await
    }

    /// Sends the other Worker a request.
    ///
    /// # Errors
    /// The request is malformed, or the test answers with `HttpAnswer::Unreachable`.
    ///
    /// # Panics
    /// The test does not expect the request.
    pub async fn fetch_request<T, E>(&self, request: T) -> Result<Response>
    where
        T: TryInto<Request, Error = E>,
        Error: From<E>,
    {
        let call = HttpCall::new(request.try_into()?.to_http()?);
        response(self.0.answer(call)).await
    }
}

async fn response(answer: HttpAnswer) -> Result<Response> {
    match answer {
        HttpAnswer::Response { status, headers, body } => {
            let headers = Headers::from_iter(headers);
            let builder = ResponseBuilder::new().with_status(status).with_headers(headers);
            Ok(match body.is_empty() {
                true => builder.empty(),
                false => builder.body(ResponseBody::Stream(ByteStream::once(body))),
            })
        }
        HttpAnswer::Unreachable => Err(Error::JsError("Network connection lost.".to_owned())),
        // Nothing ends such a request but the time limit of the call.
        HttpAnswer::Never => pending().await,
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").finish_non_exhaustive()
    }
}
