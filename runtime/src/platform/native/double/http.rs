//! Other servers, as a test has them answer.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A request that a function sends, for a test to look at.
pub struct HttpCall(http::Request<Vec<u8>>);

/// The answer of another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpAnswer {
    /// A response.
    Response {
        /// The status, such as 200.
        status: u16,
        /// Names and values.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// No connection.
    Unreachable,
    /// A connection on which nothing comes: the request waits until it times out.
    Never,
}

/// From a request to its answer; `None` for a request that the test does not expect.
type Script = dyn Fn(&HttpCall) -> Option<HttpAnswer>;

/// All answers of a test: of other servers, or of one other Worker.
#[derive(Default)]
pub(crate) struct HttpScript {
    functions: RefCell<Vec<Rc<Script>>>,
    /// By method and address.
    table: RefCell<Vec<(String, HttpAnswer)>>,
    /// The binding of the other Worker.
    service: Option<String>,
}

thread_local! {
    /// The answers of the test whose function runs on this thread.
    static CURRENT: RefCell<Option<Rc<HttpScript>>> = const { RefCell::new(None) };
}

/// Puts back the answers of before, also when a test panics.
pub(crate) struct Entered(Option<Rc<HttpScript>>);

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

impl HttpCall {
    pub(crate) fn new(request: http::Request<Vec<u8>>) -> Self {
        Self(request)
    }

    /// The method, such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.0.method().as_str()
    }

    /// The whole address, with its query.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.uri().to_string()
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.0.body()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body()).into_owned()
    }

    /// The body, read as JSON.
    ///
    /// # Panics
    /// The body is not the JSON of a `T`.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        let read = serde_json::from_slice(self.body());
        read.unwrap_or_else(|error| panic!("the body of {self} is another JSON: {error}"))
    }
}

impl HttpAnswer {
    /// An answer of this status, without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Response { status, headers: Vec::new(), body: Vec::new() }
    }

    /// An answer of status 200 with these bytes.
    #[must_use]
    pub fn bytes(body: impl Into<Vec<u8>>) -> Self {
        Self::Response { status: 200, headers: Vec::new(), body: body.into() }
    }

    /// An answer of status 200 with this JSON.
    ///
    /// # Panics
    /// The value cannot be written as JSON.
    #[must_use]
    pub fn json(body: impl Serialize) -> Self {
        let body = serde_json::to_vec(&body).unwrap_or_else(|error| panic!("no JSON: {error}"));
        Self::bytes(body).header("content-type", "application/json")
    }

    /// The answer with one more header. Only responses have headers.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Response { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The answer with another status. Only responses have a status.
    #[must_use]
    pub fn with_status(mut self, new: u16) -> Self {
        if let Self::Response { status, .. } = &mut self {
            *status = new;
        }
        self
    }
}

impl HttpScript {
    pub(crate) fn add_function(&self, script: Rc<Script>) {
        self.functions.borrow_mut().push(script);
    }

    pub(crate) fn add_row(&self, request: String, answer: HttpAnswer) {
        self.table.borrow_mut().push((request, answer));
    }

    /// The test's answer to a request.
    ///
    /// # Panics
    /// The test does not expect it.
    pub(crate) fn answer(&self, call: HttpCall) -> HttpAnswer {
        self.find(&call).unwrap_or_else(|| match &self.service {
            None => panic!(
                "the test does not expect {call}: give its server an answer by `.http(|request| …)` \
                 or `.http_answer(\"{call}\", …)`"
            ),
            Some(binding) => panic!(
                "the test does not expect {call} by the binding `{binding}`: give it an answer by \
                 `.service(\"{binding}\", |request| …)` or `.service_answer(\"{binding}\", \
                 \"{call}\", …)`"
            ),
        })
    }

    fn find(&self, call: &HttpCall) -> Option<HttpAnswer> {
        // Without the borrow: a script may use the server.
        let functions = self.functions.borrow().clone();
        functions.iter().find_map(|script| script(call)).or_else(|| {
            let key = call.to_string();
            let table = self.table.borrow();
            table.iter().find(|(request, _)| *request == key).map(|(_, answer)| answer.clone())
        })
    }

    /// The answers of the other Worker behind this service binding.
    pub(crate) fn of_service(binding: &str) -> Self {
        Self { service: Some(binding.to_owned()), ..Self::default() }
    }

    /// The answers of the test whose function runs on this thread; none expects a request where none runs.
    pub(crate) fn current() -> Rc<Self> {
        CURRENT.with_borrow(Clone::clone).unwrap_or_default()
    }

    /// Has these answers be the current ones.
    pub(crate) fn enter(self: &Rc<Self>) -> Entered {
        Entered(CURRENT.replace(Some(Rc::clone(self))))
    }
}

/// Method and address.
impl fmt::Display for HttpCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.method(), self.0.uri())
    }
}

impl fmt::Debug for HttpCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
