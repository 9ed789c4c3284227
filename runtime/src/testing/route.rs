//! Requests to an author's own routes.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;
use toolgate_core::audit::Event;
use toolgate_core::reply::Reply;
use toolgate_core::route::Guard;
use toolgate_core::route::matching::{self, Matched};
use toolgate_core::seal;
use toolgate_policy::Caller;

use super::client::TestClient;
use super::server::TestServer;
use crate::audit;
use crate::platform::bindings::{Method, Request, RequestBody, RequestInit};
use crate::platform::host::Context;
use crate::platform::now;
use crate::ports::principal::Principal;
use crate::ports::request_context::RequestContext;
use crate::route::{Sender, answer};
use crate::tool::registry::registry;
use crate::tool::route::all;

/// Where the server of a test is.
const ORIGIN: &str = "https://server.test";

/// A request to a route, which [`send`](Self::send) sends.
#[derive(Debug, Clone)]
#[must_use]
pub struct TestRequest {
    server: TestServer,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    person: Option<Caller>,
    is_signed: bool,
}

/// The answer of a route.
#[derive(Debug)]
pub struct TestResponse {
    what: String,
    reply: Reply,
    events: Vec<Event>,
}

impl TestServer {
    /// A request of nobody to a route: its method and path, with a query if it has one.
    ///
    /// ```
    /// # use toolgate::testing::{TestServer, json};
    /// # fn show(server: TestServer) {
    /// server.request("GET", "/status").send().assert_status(200).assert_text("up");
    /// let event = json!({ "kind": "paid" });
    /// server.request("POST", "/hooks/billing").json(&event).signed().send().assert_status(204);
    /// # }
    /// ```
    pub fn request(&self, method: &str, path: &str) -> TestRequest {
        TestRequest {
            server: self.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            person: None,
            is_signed: false,
        }
    }
}

impl TestClient {
    /// A request of this person to a route, as [`TestServer::request`].
    pub fn request(&self, method: &str, path: &str) -> TestRequest {
        TestRequest { person: Some(self.caller.clone()), ..self.server().request(method, path) }
    }
}

impl TestRequest {
    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this body.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// With this JSON as its body.
    ///
    /// # Panics
    /// The value has no JSON.
    pub fn json(self, value: &impl Serialize) -> Self {
        let text = serde_json::to_vec(value).expect("the value has JSON");
        self.body("application/json", text)
    }

    /// Signed as the route wants it, with the secret that [`TestServer::var`] has set, by the server's clock.
    pub fn signed(mut self) -> Self {
        self.is_signed = true;
        self
    }

    /// Sends it.
    ///
    /// # Panics
    /// The path or a header is not one; no route has the path; or the server of the test lacks what the
    /// request is signed with.
    #[must_use]
    #[track_caller]
    pub fn send(mut self) -> TestResponse {
        let what = format!("{} {}", self.method, self.path);
        if self.is_signed {
            let signature = self.signature();
            self.headers.extend(signature);
        }
        let server = self.server.clone();
        let (reply, events) = server.run(self.answer());
        let reply = reply.unwrap_or_else(|| panic!("no route has the path of {what}"));
        TestResponse { what, reply, events }
    }

    async fn answer(self) -> (Option<Reply>, Vec<Event>) {
        let head = self.head();
        let mut init = RequestInit::new();
        if !self.body.is_empty() && !matches!(&*self.method, "GET" | "HEAD") {
            // The method of the double says only that there may be a body.
            init.with_method(Method::Post).with_body(Some(RequestBody::bytes(self.body)));
        }
        let url = [ORIGIN, &self.path].concat();
        let mut request =
            Request::new_with_init(&url, &init).unwrap_or_else(|error| panic!("{url}: {error}"));
        let (app, env) = (self.server.app(), self.server.env());
        let named = || Some(registry().ok()?.named());
        let context = RequestContext::new((app, env, &Context), &head, ORIGIN.to_owned(), named);
        let person = self.person.map(|caller| {
            let subject_key = seal::sha256(&caller.subject);
            context.log.person(&subject_key, &caller);
            Principal { caller, subject_key, expires: u64::MAX, credential: None }
        });
        drop(audit::take_events());
        let reply = answer(&context, &head, &mut request, Sender::Test(person.map(Box::new))).await;
        let mut events = context.log.take();
        events.extend(audit::take_events());
        (reply, events)
    }

    fn head(&self) -> http::Request<()> {
        let mut head = http::Request::new(());
        *head.method_mut() =
            self.method.parse().unwrap_or_else(|_| panic!("no method: {}", self.method));
        *head.uri_mut() = [ORIGIN, &self.path].concat().parse().expect("an address");
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name.as_str()).expect("the name of a header");
            let value = HeaderValue::try_from(value.as_str()).expect("the value of a header");
            head.headers_mut().append(name, value);
        }
        head
    }

    /// The headers of the signature that the route wants.
    fn signature(&self) -> Vec<(String, String)> {
        let infos: Vec<_> = all().map(|route| route.info).collect();
        let head = self.head();
        let Matched::Route(index, _) = matching::find(&infos, head.method(), head.uri().path())
        else {
            panic!("no route answers {} {}", self.method, self.path);
        };
        let Guard::Signed(scheme) = infos[index].guard else {
            panic!("{} is not guarded by a signature", infos[index].name);
        };
        let vars = self.server.bindings().vars.borrow();
        let secret = scheme.secrets.iter().find_map(|name| vars.get(*name));
        let secret =
            secret.unwrap_or_else(|| panic!("`TestServer::var` sets no `{}`", scheme.secrets[0]));
        let now = self.server.run(async { now() });
        let signature = scheme.sign(&self.body, secret.as_bytes(), now);
        signature.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl TestResponse {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.reply.status().as_u16()
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.reply.headers().get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.reply.body()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.reply.body()).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is not.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        let body = self.text();
        serde_json::from_str(&body)
            .unwrap_or_else(|_| panic!("{} answers no JSON: {body}", self.what))
    }

    /// What was told the audit trail: event and reason, with a blank between.
    #[must_use]
    pub fn events(&self) -> Vec<String> {
        let told = |event: &Event| format!("{} {}", event.kind.name(), event.reason.code());
        self.events.iter().map(told).collect()
    }

    /// # Panics
    /// The status is another.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        let found = self.status();
        assert!(
            found == status,
            "{} answers {found}, and not {status}: {}",
            self.what,
            self.text()
        );
        self
    }

    /// # Panics
    /// The body is another text.
    #[track_caller]
    pub fn assert_text(&self, text: &str) -> &Self {
        assert_eq!(self.text(), text, "{}", self.what);
        self
    }
}
