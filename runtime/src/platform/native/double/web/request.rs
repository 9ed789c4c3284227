//! Requests.

use std::mem;

use serde::de::DeserializeOwned;
use worker::{CacheMode, CfProperties, Error, Method, RequestRedirect, Result, Url};

use super::body::{ByteStream, RequestBody};
use super::headers::Headers;

/// A request of a function to another server, or to a Durable Object.
#[derive(Debug)]
pub struct Request {
    method: Method,
    url: Url,
    path: String,
    headers: Headers,
    body: Option<Vec<u8>>,
    is_used: bool,
}

/// The parts of a [`Request`].
#[derive(Debug, Default)]
pub struct RequestInit {
    /// The body.
    pub body: Option<RequestBody>,
    /// The headers.
    pub headers: Headers,
    /// Settings of Cloudflare, which mean nothing here.
    pub cf: CfProperties,
    /// The method.
    pub method: Method,
    /// Its way with redirects: a test answers with what is at their end.
    pub redirect: RequestRedirect,
    /// Its way with Cloudflare's cache, which is not here.
    pub cache: Option<CacheMode>,
}

impl RequestInit {
    /// A GET request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With these headers.
    pub fn with_headers(&mut self, headers: Headers) -> &mut Self {
        self.headers = headers;
        self
    }

    /// With this method.
    pub fn with_method(&mut self, method: Method) -> &mut Self {
        self.method = method;
        self
    }

    /// With this way with redirects.
    pub fn with_redirect(&mut self, redirect: RequestRedirect) -> &mut Self {
        self.redirect = redirect;
        self
    }

    /// With this way with the cache.
    pub fn with_cache(&mut self, cache: CacheMode) -> &mut Self {
        self.cache = Some(cache);
        self
    }

    /// With this body.
    pub fn with_body(&mut self, body: Option<RequestBody>) -> &mut Self {
        self.body = body;
        self
    }

    /// With these settings of Cloudflare.
    pub fn with_cf_properties(&mut self, properties: CfProperties) -> &mut Self {
        self.cf = properties;
        self
    }
}

impl Request {
    /// A request without a body.
    ///
    /// # Errors
    /// The address is not one.
    pub fn new(uri: &str, method: Method) -> Result<Self> {
        Self::new_with_init(uri, RequestInit::new().with_method(method))
    }

    /// A request of these parts.
    ///
    /// # Errors
    /// The address is not one, or the method takes no body.
    pub fn new_with_init(uri: &str, init: &RequestInit) -> Result<Self> {
        let url = Url::parse(uri).map_err(|_| Error::JsError(format!("Invalid URL: {uri}")))?;
        let body = init.body.as_ref().map(|RequestBody(body)| body.clone());
        if body.is_some() && matches!(init.method, Method::Get | Method::Head) {
            let message = "Request with a GET or HEAD method cannot have a body.";
            return Err(Error::JsError(message.to_owned()));
        }
        let path = url.path().to_owned();
        let headers = init.headers.clone();
        if body.is_some() && !headers.has("content-type")? {
            headers.set("content-type", "text/plain;charset=UTF-8")?;
        }
        Ok(Self { method: init.method.clone(), url, path, headers, body, is_used: false })
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method.clone()
    }

    /// The address.
    ///
    /// # Errors
    /// None here.
    pub fn url(&self) -> Result<Url> {
        Ok(self.url.clone())
    }

    /// The path of the address.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.clone()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The headers, to be changed.
    ///
    /// # Errors
    /// None here.
    pub fn headers_mut(&mut self) -> Result<&mut Headers> {
        Ok(&mut self.headers)
    }

    /// The body as text.
    ///
    /// # Errors
    /// It was read before.
    pub async fn text(&mut self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.take()?).into_owned())
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// It was read before, or is not a `B`.
    pub async fn json<B: DeserializeOwned>(&mut self) -> Result<B> {
        Ok(serde_json::from_slice(&self.take()?)?)
    }

    /// The body.
    ///
    /// # Errors
    /// It was read before.
    pub async fn bytes(&mut self) -> Result<Vec<u8>> {
        self.take()
    }

    /// The body, in one chunk.
    ///
    /// # Errors
    /// There is none, or it was read before.
    pub fn stream(&mut self) -> Result<ByteStream> {
        if self.body.is_none() && !self.is_used {
            return Err(Error::RustError("no body for request".to_owned()));
        }
        self.take().map(ByteStream::once)
    }

    /// A copy.
    ///
    /// # Errors
    /// The body was read before.
    #[expect(clippy::should_implement_trait, reason = "`worker` calls it so")]
    pub fn clone(&self) -> Result<Self> {
        if self.is_used {
            return Err(Error::BodyUsed);
        }
        let Self { method, url, path, headers, body, is_used } = self;
        Ok(Self {
            method: method.clone(),
            url: url.clone(),
            path: path.clone(),
            headers: headers.clone(),
            body: body.clone(),
            is_used: *is_used,
        })
    }

    /// A copy whose headers can be changed.
    ///
    /// # Errors
    /// The body was read before.
    pub fn clone_mut(&self) -> Result<Self> {
        self.clone()
    }

    fn take(&mut self) -> Result<Vec<u8>> {
        if mem::replace(&mut self.is_used, true) {
            return Err(Error::BodyUsed);
        }
        Ok(self.body.take().unwrap_or_default())
    }

    /// The request as the platform has it.
    pub(crate) fn inner(&self) -> PlatformRequest<'_> {
        PlatformRequest(self)
    }

    /// As the core has it.
    pub(crate) fn to_http(&self) -> Result<http::Request<Vec<u8>>> {
        let mut builder =
            http::Request::builder().method(self.method.as_ref()).uri(self.url.as_str());
        for (name, value) in self.headers.entries() {
            builder = builder.header(name, value);
        }
        let request = builder.body(self.body.clone().unwrap_or_default());
        request.map_err(|error| Error::JsError(error.to_string()))
    }
}

/// The request as the platform has it.
pub(crate) struct PlatformRequest<'a>(&'a Request);

impl PlatformRequest<'_> {
    pub(crate) fn url(&self) -> String {
        self.0.url.to_string()
    }

    pub(crate) fn method(&self) -> String {
        self.0.method.to_string()
    }

    pub(crate) fn body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }
}
