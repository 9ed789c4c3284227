//! Responses.

use std::mem;

use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Error, Result};

use super::body::ByteStream;
use super::headers::Headers;

/// The response of another server, or of a Durable Object.
#[derive(Debug)]
pub struct Response {
    init: ResponseBuilder,
    body: ResponseBody,
}

/// The body of a [`Response`].
#[derive(Debug)]
pub enum ResponseBody {
    /// None.
    Empty,
    /// Bytes.
    Body(Vec<u8>),
    /// Bytes that come one after another.
    Stream(ByteStream),
}

/// The head of a [`Response`].
#[derive(Debug, Clone)]
pub struct ResponseBuilder {
    status: u16,
    headers: Headers,
}

impl Default for ResponseBuilder {
    fn default() -> Self {
        Self { status: 200, headers: Headers::new() }
    }
}

impl ResponseBuilder {
    /// Of status 200, without headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// With these headers.
    #[must_use]
    pub fn with_headers(self, headers: Headers) -> Self {
        Self { headers, ..self }
    }

    /// With this header.
    ///
    /// # Errors
    /// Name or value cannot be sent.
    pub fn with_header(self, name: &str, value: &str) -> Result<Self> {
        self.headers.set(name, value)?;
        Ok(self)
    }

    /// With these bytes.
    #[must_use]
    pub fn fixed(self, body: Vec<u8>) -> Response {
        self.body(ResponseBody::Body(body))
    }

    /// With this body.
    #[must_use]
    pub fn body(self, body: ResponseBody) -> Response {
        Response { init: self, body }
    }

    /// Without a body.
    #[must_use]
    pub fn empty(self) -> Response {
        self.body(ResponseBody::Empty)
    }
}

/// Making one.
impl Response {
    /// The head of a response of status 200.
    #[must_use]
    pub fn builder() -> ResponseBuilder {
        ResponseBuilder::new()
    }

    /// Text.
    ///
    /// # Errors
    /// None here.
    pub fn ok(body: impl Into<String>) -> Result<Self> {
        let builder = Self::builder().with_header("content-type", "text/plain; charset=utf-8")?;
        Ok(builder.fixed(body.into().into_bytes()))
    }

    /// JSON.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn from_json<B: Serialize>(value: &B) -> Result<Self> {
        let body = serde_json::to_vec(value)?;
        Ok(Self::builder().with_header("content-type", "application/json")?.fixed(body))
    }

    /// Bytes.
    ///
    /// # Errors
    /// None here.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Ok(Self::builder().with_header("content-type", "application/octet-stream")?.fixed(bytes))
    }

    /// No body.
    ///
    /// # Errors
    /// None here.
    pub fn empty() -> Result<Self> {
        Ok(Self::builder().empty())
    }

    /// An error in text.
    ///
    /// # Errors
    /// The status is not one of an error.
    pub fn error(message: impl Into<String>, status: u16) -> Result<Self> {
        if !(400..=599).contains(&status) {
            let message = "error status codes must be in the 400-599 range!";
            return Err(Error::RustError(message.to_owned()));
        }
        Ok(Self::builder().with_status(status).fixed(message.into().into_bytes()))
    }

    /// With this status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.init.status = status;
        self
    }

    /// With these headers.
    #[must_use]
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.init.headers = headers;
        self
    }
}

/// Looking at one.
impl Response {
    /// The status.
    #[must_use]
    pub fn status_code(&self) -> u16 {
        self.init.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.init.headers
    }

    /// The headers, to be changed.
    pub fn headers_mut(&mut self) -> &mut Headers {
        &mut self.init.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &ResponseBody {
        &self.body
    }

    /// Head and body.
    #[must_use]
    pub fn into_parts(self) -> (ResponseBuilder, ResponseBody) {
        (self.init, self.body)
    }

    /// The body as text.
    ///
    /// # Errors
    /// The body is not UTF-8, or breaks off.
    pub async fn text(&mut self) -> Result<String> {
        String::from_utf8(self.bytes().await?).map_err(|error| Error::RustError(error.to_string()))
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// It is not a `B`, or breaks off.
    pub async fn json<B: DeserializeOwned>(&mut self) -> Result<B> {
        Ok(serde_json::from_str(&self.text().await?)?)
    }

    /// The body. A stream is read once.
    ///
    /// # Errors
    /// The body breaks off, or was read before.
    pub async fn bytes(&mut self) -> Result<Vec<u8>> {
        match &self.body {
            ResponseBody::Empty => Ok(Vec::new()),
            ResponseBody::Body(bytes) => Ok(bytes.clone()),
            ResponseBody::Stream(_) => self.stream()?.read().await,
        }
    }

    /// The body, as it comes. A stream is read once.
    ///
    /// # Errors
    /// The body does not come as a stream, as one that was made here, or was read before.
    pub fn stream(&mut self) -> Result<ByteStream> {
        let used = ByteStream::new(futures_util::stream::iter([Err(Error::BodyUsed)]));
        match mem::replace(&mut self.body, ResponseBody::Stream(used)) {
            ResponseBody::Stream(stream) => Ok(stream),
            other => {
                self.body = other;
                Err(Error::RustError("body is not streamable".to_owned()))
            }
        }
    }
}
