//! A request before it is sent.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, PROXY_AUTHORIZATION};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::Serialize;

use super::error::{HttpError, HttpProblem};
use super::response::HttpResponse;
use super::transport::Answer;
use super::{Bounds, Send};
use crate::context::secret::Secret;
use crate::tool::Context;

/// The longest time for an answer unless the request says otherwise: clients give up on a call after a
/// minute.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest answer unless the request says otherwise, in bytes: a Worker has 128 MB for all its calls.
const DEFAULT_LIMIT: usize = 4 << 20;

/// Headers that hold a credential whoever sets them.
const CREDENTIALS: [HeaderName; 3] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];

/// A request to another server. [`send`](Self::send) sends it.
#[must_use = "a request does nothing until it is sent"]
pub struct HttpRequest<'a> {
    context: &'a Context,
    send: Send,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
    timeout: Duration,
    limit: usize,
    any_status: bool,
    /// The first thing that cannot be sent.
    problem: Option<HttpProblem>,
}

/// A request that can be sent.
pub(super) struct Prepared {
    pub(super) request: http::Request<Vec<u8>>,
    pub(super) bounds: Bounds,
    pub(super) host: String,
}

impl Prepared {
    /// The answer to it, or that it is none of success.
    pub(super) fn finish(self, answer: Answer) -> Result<HttpResponse, HttpError> {
        finish(self.host, self.bounds, answer)
    }
}

fn finish(host: String, bounds: Bounds, answer: Answer) -> Result<HttpResponse, HttpError> {
    if !bounds.any_status && !(200..300).contains(&answer.status) {
        return Err(HttpError::new(&host, HttpProblem::Status(answer.status)));
    }
    Ok(HttpResponse::new(host, answer))
}

impl<'a> HttpRequest<'a> {
    pub(super) fn new(context: &'a Context, send: Send, method: &str, url: &str) -> Self {
        let method = Method::from_bytes(method.as_bytes()).ok().filter(is_sent);
        // A parser would drop the fragment in silence, and the path with it that stands behind.
        let uri = url.parse::<Uri>().ok().filter(|uri| is_web_address(uri) && !url.contains('#'));
        let problem = match (&method, &uri) {
            (_, None) => Some(HttpProblem::Address),
            (None, _) => Some(HttpProblem::Method),
            _ => None,
        };
        Self {
            context,
            send,
            problem,
            method: method.unwrap_or_default(),
            uri: uri.unwrap_or_default(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            limit: DEFAULT_LIMIT,
            any_status: false,
        }
    }

    /// Adds a segment to the path, percent-encoded: whatever it says, it is one segment. Add all of them
    /// before the query.
    pub fn segment(mut self, segment: &str) -> Self {
        let path = self.path().trim_end_matches('/').to_owned();
        // Dots alone would lead to another folder, also when they are encoded.
        if matches!(segment, "" | "." | "..") || path.contains('?') {
            self.fail(HttpProblem::Address);
        }
        self.with_path(&format!("{path}/{}", encode(segment)))
    }

    /// Adds a parameter to the query, percent-encoded.
    pub fn query(self, name: &str, value: &str) -> Self {
        let path = self.path();
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}{}={}", encode(name), encode(value));
        self.with_path(&path)
    }

    /// Path and query.
    fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    fn with_path(mut self, path: &str) -> Self {
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = path.parse().ok();
        match Uri::from_parts(parts) {
            Ok(uri) => self.uri = uri,
            Err(_) => self.fail(HttpProblem::Address),
        }
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        // Fetch takes no other characters than those of ASCII.
        let value = HeaderValue::from_str(value).ok().filter(|value| value.to_str().is_ok());
        let (Ok(name), Some(value)) = (name, value) else {
            self.fail(HttpProblem::Header);
            return self;
        };
        if CREDENTIALS.contains(&name) {
            self.refuse_plain_http();
        }
        self.headers.insert(name, value);
        self
    }

    /// Adds a header whose value is a secret, such as an API key.
    pub fn secret_header(self, name: &str, value: &Secret) -> Self {
        self.credential(name, value.expose())
    }

    /// Adds `Authorization: Bearer …` (RFC 6750 section 2.1).
    pub fn bearer(self, token: &Secret) -> Self {
        self.credential(AUTHORIZATION.as_str(), &["Bearer ", token.expose()].concat())
    }

    /// A header that must not be read on its way.
    fn credential(mut self, name: &str, value: &str) -> Self {
        self.refuse_plain_http();
        self.header(name, value)
    }

    fn refuse_plain_http(&mut self) {
        if self.uri.scheme() == Some(&Scheme::HTTP) && !is_this_machine(&self.uri) {
            self.fail(HttpProblem::PlainHttp);
        }
    }

    /// Sends a body of JSON; its type is `application/json` unless a header says otherwise.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = body,
            Err(_) => self.fail(HttpProblem::Body),
        }
        self.content_type("application/json")
    }

    /// Sends a form (`application/x-www-form-urlencoded`).
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body = form.into_bytes();
        self.content_type("application/x-www-form-urlencoded")
    }

    /// Sends these bytes. A header should say of which type they are.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The longest time for the whole answer; 30 seconds unless this says otherwise.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// The largest body of an answer, in bytes; 4 MiB unless this says otherwise.
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Takes an answer of any status. Without this, a status outside of 200 to 299 is an error.
    pub fn any_status(mut self) -> Self {
        self.any_status = true;
        self
    }

    /// Sends the request.
    ///
    /// # Errors
    /// The request cannot be sent, or there is no answer in time, or none of success.
    pub async fn send(self) -> Result<HttpResponse, HttpError> {
        let (context, send) = (self.context, self.send);
        let Prepared { request, bounds, host } = self.prepare()?;
        let _busy = context.live().busy();
        let answer = send(context, request, bounds).await;
        let answer = answer.map_err(|problem| HttpError::new(&host, problem))?;
        finish(host, bounds, answer)
    }

    /// The request as it is sent.
    ///
    /// # Errors
    /// The first thing that cannot be sent.
    pub(super) fn prepare(mut self) -> Result<Prepared, HttpError> {
        let host = self.uri.host().unwrap_or_default().to_owned();
        if !self.body.is_empty() && [Method::GET, Method::HEAD].contains(&self.method) {
            self.fail(HttpProblem::Method);
        }
        if let Some(problem) = self.problem.take() {
            return Err(HttpError::new(&host, problem));
        }
        self.add_trace();
        self.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let mut request = http::Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        let Self { limit, timeout, any_status, .. } = self;
        Ok(Prepared { request, bounds: Bounds { limit, timeout, any_status }, host })
    }

    fn add_trace(&mut self) {
        let Some(parent) = self.context.child_span() else { return };
        let state = self.context.trace().and_then(|trace| trace.state.as_deref());
        let state = state.map(|state| ("tracestate", state));
        for (name, value) in [("traceparent", parent.as_str())].into_iter().chain(state) {
            // What a client said of its trace was checked when it came.
            if let Ok(value) = HeaderValue::from_str(value) {
                self.headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    fn content_type(mut self, value: &'static str) -> Self {
        self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(value));
        self
    }

    fn fail(&mut self, problem: HttpProblem) {
        self.problem.get_or_insert(problem);
    }
}

impl fmt::Debug for HttpRequest<'_> {
    // Address, headers and body may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("host", &self.uri.host())
            .finish_non_exhaustive()
    }
}

/// True for a method that Fetch sends.
fn is_sent(method: &Method) -> bool {
    ![Method::CONNECT, Method::TRACE].contains(method) && method.as_str() != "TRACK"
}

fn is_web_address(uri: &Uri) -> bool {
    // JavaScript's parser resolves dots, and takes `\` for `/`: the address would be another one.
    let is_dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(plain.as_str(), "." | "..")
    };
    if uri.path().contains('\\') || uri.path().split('/').any(is_dots) {
        return false;
    }
    let is_web = [Some(&Scheme::HTTPS), Some(&Scheme::HTTP)].contains(&uri.scheme());
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    is_web && !has_user && uri.host().is_some_and(|host| !host.is_empty())
}

pub(super) fn is_this_machine(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Text as a part of an address.
fn encode(text: &str) -> String {
    // A space is `+` in forms only.
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
