//! Bindings that a test gives its server.

use std::rc::Rc;

use super::server::TestServer;
use crate::platform::native::double::{
    Bucket, HttpAnswer, HttpCall, HttpScript, Queue, QueueMessage, RateLimiter,
};

/// Storage.
impl TestServer {
    /// Gives the server a bucket of R2 with these texts. A test that needs other objects there writes them by
    /// [`env`](Self::env) and [`run`](Self::run).
    ///
    /// ```
    /// # use toolgate::testing::{Server, TestServer};
    /// # fn show(server: Server) {
    /// let server = TestServer::new(server).bucket("FILES", [("notes/first.txt", "milk")]);
    /// # }
    /// ```
    #[must_use]
    pub fn bucket<'a>(
        self,
        binding: impl Into<String>,
        objects: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let bucket = Bucket::default();
        self.run(async {
            for (key, text) in objects {
                let written = bucket.put(key, text.to_owned()).execute().await;
                written.unwrap_or_else(|error| panic!("`{key}` cannot be written: {error}"));
            }
        });
        self.bindings().buckets.borrow_mut().insert(binding.into(), bucket);
        self
    }

    /// Gives the server an empty queue. [`take_messages`](Self::take_messages) gives what is sent to it.
    #[must_use]
    pub fn queue(self, binding: impl Into<String>) -> Self {
        self.bindings().queues.borrow_mut().insert(binding.into(), Queue::default());
        self
    }

    /// The messages that functions have sent to a queue since this was last asked, in order. Nobody
    /// takes them from there in a test.
    ///
    /// ```
    /// # use toolgate::testing::{TestServer, json};
    /// # fn show(server: &TestServer) {
    /// let [message] = &server.take_messages("JOBS")[..] else { panic!("one message") };
    /// assert_eq!(message.body, json!({ "job": "export" }));
    /// # }
    /// ```
    ///
    /// # Panics
    /// The test has no such queue.
    #[must_use]
    #[track_caller]
    pub fn take_messages(&self, binding: &str) -> Vec<QueueMessage> {
        let queue = self.bindings().queues.borrow().get(binding).cloned();
        queue.unwrap_or_else(|| panic!("the test has no queue `{binding}`")).take()
    }
}

/// Other Workers, and rate limiters.
impl TestServer {
    /// Puts a function in place of another Worker, to which a service binding leads: as
    /// [`http`](Self::http) for other servers. Static files (`env.assets(…)`) are such a binding, too.
    ///
    /// ```
    /// # use toolgate::testing::{HttpAnswer, Server, TestServer, json};
    /// # fn show(server: Server) {
    /// let server = TestServer::new(server).service("BILLING", |request| {
    ///     assert_eq!(request.method(), "POST");
    ///     HttpAnswer::json(json!({ "paid": true }))
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn service<A: Into<Option<HttpAnswer>>>(
        self,
        binding: &str,
        script: impl Fn(&HttpCall) -> A + 'static,
    ) -> Self {
        self.answers_of(binding).add_function(Rc::new(move |call| script(call).into()));
        self
    }

    /// Answers a request to another Worker, which is written as its method and its whole address.
    #[must_use]
    pub fn service_answer(
        self,
        binding: &str,
        request: impl Into<String>,
        answer: HttpAnswer,
    ) -> Self {
        self.answers_of(binding).add_row(request.into(), answer);
        self
    }

    /// Gives the server a rate limiter that lets so many requests of each key through, at whatever time.
    #[must_use]
    pub fn rate_limit(self, binding: impl Into<String>, limit: u32) -> Self {
        self.limited_by(binding.into(), RateLimiter::counting(limit))
    }

    /// Puts a function in place of a rate limiter: from the key to whether the request is let through.
    ///
    /// ```
    /// # use toolgate::testing::{Server, TestServer};
    /// # fn show(server: Server) {
    /// let server = TestServer::new(server).rate_limiter("PER_PERSON", |key| key != "ada");
    /// # }
    /// ```
    #[must_use]
    pub fn rate_limiter(
        self,
        binding: impl Into<String>,
        script: impl Fn(&str) -> bool + 'static,
    ) -> Self {
        self.limited_by(binding.into(), RateLimiter::new(script))
    }

    fn answers_of(&self, binding: &str) -> Rc<HttpScript> {
        let mut services = self.bindings().services.borrow_mut();
        let known = services.entry(binding.to_owned());
        Rc::clone(known.or_insert_with(|| Rc::new(HttpScript::of_service(binding))))
    }

    fn limited_by(self, binding: String, limiter: RateLimiter) -> Self {
        self.bindings().rate_limiters.borrow_mut().insert(binding, limiter);
        self
    }
}
