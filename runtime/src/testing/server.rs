//! The server of a test.

use std::cell::Cell;
use std::fmt;
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use toolgate_config::Config;
use toolgate_core::mcp::notify::Change;

use super::client::TestClient;
use super::javascript;
use super::objects;
use super::time::IntoTime;
use crate::__private::{CHALLENGING, REFUSING};
use crate::platform::bindings::Env;
use crate::platform::native::clock::Clock;
use crate::platform::native::double::{Ai, AiAnswer, Bindings, HttpAnswer, HttpCall, KvStore};
use crate::ports::app::App;
use crate::tool::registry::{Registry, registry};
use crate::trigger::Triggers;

/// Fit for a key and for nothing else.
const KEY: &str = "0123456789abcdef0123456789abcdef-of-tests-only";

/// The server that `serve!()` makes of a crate, for [`TestServer::new`].
#[derive(Debug, Clone, Copy)]
pub struct Server {
    pub(crate) app: &'static App,
    /// The bindings of D1 databases, each with its folder of migrations.
    migrated: &'static [(&'static str, &'static str)],
    /// The names in `[secrets]`; `None` where nobody knows them.
    secrets: Option<&'static [&'static str]>,
    triggers: &'static Triggers,
}

/// The triggers of a server that `serve!()` has not made: none.
static NOTHING: Triggers =
    Triggers { crons: &[], queues: &[], has_email: false, purge: None, elsewhere: &[] };

impl Server {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(app: &'static App, secrets: &'static [&'static str]) -> Self {
        Self { app, migrated: &[], secrets: Some(secrets), triggers: &NOTHING }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn triggered(self, triggers: &'static Triggers) -> Self {
        Self { triggers, ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn migrated(self, migrated: &'static [(&'static str, &'static str)]) -> Self {
        Self { migrated, ..self }
    }
}

/// A server whose `mcp.toml` is not the one that its functions were compiled beside.
#[doc(hidden)]
#[must_use]
pub fn of_config(config: Config) -> Server {
    let app = Box::leak(Box::new(App {
        config,
        package_name: "test",
        package_version: "0.0.0",
        store: &crate::grants::DURABLE_OBJECT,
        identity: &crate::identity::NOBODY,
        challenging: Some(&CHALLENGING),
        refusing: Some(&REFUSING),
        tracing: None,
        accounts: None,
        token_grants: &[],
        client_keys: None,
        personal: None,
        switch: None,
        features: &[],
    }));
    Server { app, migrated: &[], secrets: None, triggers: &NOTHING }
}

/// A server in the process of its test. Those that are cloned share what they keep and their clock;
/// another [`new`](Self::new) shares nothing.
#[derive(Clone)]
pub struct TestServer(Rc<Inner>);

struct Inner {
    app: &'static App,
    #[cfg_attr(not(feature = "testing-sqlite"), allow(dead_code))]
    migrated: &'static [(&'static str, &'static str)],
    registry: &'static Registry,
    triggers: &'static Triggers,
    env: Env,
    bindings: Rc<Bindings>,
    clock: Rc<Clock>,
    requests: Cell<u64>,
}

impl TestServer {
    /// The server that `serve!()` made, without bindings, at the time of the machine.
    ///
    /// # Panics
    /// Two functions of the server have the same name.
    #[must_use]
    pub fn new(server: Server) -> Self {
        javascript::explain();
        let Server { app, migrated, secrets, triggers } = server;
        let registry = registry().unwrap_or_else(|clash| panic!("{clash}"));
        let bindings = Rc::new(Bindings::new(secrets));
        let env = Env::of_test(Rc::clone(&bindings));
        objects::host(app, &env);
        let server = Self(Rc::new(Inner {
            app,
            migrated,
            registry,
            triggers,
            env,
            bindings,
            clock: Rc::default(),
            requests: Cell::new(0),
        }));
        server.var(app.config.tokens.encryption_key.clone(), KEY)
    }

    /// Has the clock stand still at this time.
    ///
    /// # Panics
    /// The text is no time.
    #[must_use]
    pub fn at(self, time: impl IntoTime) -> Self {
        self.0.clock.stand_at(time.into_time());
        self
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.0.clock.advance(by);
    }

    /// Sets a variable or secret of the Worker: for `ctx.secret(…)`, for `ctx.env().var(…)`, and for
    /// policies with `emails_from`. `ctx.secret(…)` gives those only that `[secrets]` of `mcp.toml` names.
    #[must_use]
    pub fn var(self, name: impl Into<String>, value: impl Display) -> Self {
        self.0.bindings.vars.borrow_mut().insert(name.into(), value.to_string());
        self
    }

    /// Puts a function in place of Workers AI: from the model's name and the input to the answer,
    /// which is JSON, bytes, or a `Result` of one of them.
    ///
    /// ```
    /// # use toolgate::testing::{Server, TestServer, json};
    /// # fn show(server: Server) {
    /// let server = TestServer::new(server).ai("AI", |model, input| {
    ///     assert_eq!(model, "@cf/black-forest-labs/flux-1-schnell");
    ///     json!({ "image": format!("a picture of {}", input["prompt"]) })
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn ai<A: Into<AiAnswer>>(
        self,
        binding: impl Into<String>,
        script: impl Fn(&str, Value) -> A + 'static,
    ) -> Self {
        self.0.bindings.ai.borrow_mut().insert(binding.into(), Ai::new(script));
        self
    }

    /// Puts a function in place of all other servers: from each request of `ctx.http()` and `ctx.fetch()` to its answer, or
    /// to `None` for a request that it does not expect. Functions are asked in the order in which they
    /// were given, and then the table of [`http_answer`](Self::http_answer). A request that nobody answers fails
    /// the test, with its address.
    ///
    /// ```
    /// # use toolgate::testing::{HttpAnswer, Server, TestServer, json};
    /// # fn show(server: Server) {
    /// let server = TestServer::new(server).http(|request| {
    ///     assert_eq!(request.header("authorization"), Some("Bearer of-the-test"));
    ///     HttpAnswer::json(json!({ "state": "up" }))
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn http<A: Into<Option<HttpAnswer>>>(
        self,
        script: impl Fn(&HttpCall) -> A + 'static,
    ) -> Self {
        self.0.bindings.http.add_function(Rc::new(move |call| script(call).into()));
        self
    }

    /// Answers a request of `ctx.http()` or `ctx.fetch()`, which is written as its method and its whole address.
    ///
    /// ```
    /// # use toolgate::testing::{HttpAnswer, Server, TestServer};
    /// # fn show(server: Server) {
    /// let server = TestServer::new(server)
    ///     .http_answer("GET https://status.example.com/api?service=mail", HttpAnswer::status(503));
    /// # }
    /// ```
    #[must_use]
    pub fn http_answer(self, request: impl Into<String>, answer: HttpAnswer) -> Self {
        self.0.bindings.http.add_row(request.into(), answer);
        self
    }

    /// Gives the server a namespace of Workers KV with these texts; without its delays.
    #[must_use]
    pub fn kv<'a>(
        self,
        binding: impl Into<String>,
        entries: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let store = KvStore::default();
        for (key, value) in entries {
            store.fill(key.to_owned(), value.to_owned());
        }
        self.0.bindings.kv.borrow_mut().insert(binding.into(), store);
        self
    }

    /// Gives the server a database of D1: a SQLite in memory, in which these statements were run.
    ///
    /// ```
    /// # use toolgate::testing::{Server, TestServer};
    /// # fn show(server: Server) {
    /// let schema = "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT NOT NULL)";
    /// let server = TestServer::new(server).d1("DB", schema);
    /// # }
    /// ```
    ///
    /// # Panics
    /// SQLite refuses one of them.
    #[cfg(feature = "testing-sqlite")]
    #[must_use]
    pub fn d1(self, binding: impl Into<String>, schema: &str) -> Self {
        let database = crate::platform::native::double::D1Database::new(schema);
        self.0.bindings.d1.borrow_mut().insert(binding.into(), database);
        self
    }

    /// The same with the migrations of the database's folder, which `mcp.toml` names by `migrations_dir`
    /// and which is `migrations` beside it otherwise; in the order of their names, as wrangler applies them.
    ///
    /// ```
    /// # use toolgate::testing::{Server, TestServer};
    /// # fn show(server: Server) {
    /// let server = TestServer::new(server).d1_migrated("DB");
    /// # }
    /// ```
    ///
    /// # Panics
    /// `mcp.toml` has no database with this binding, its folder has no migrations, or SQLite refuses one.
    #[cfg(feature = "testing-sqlite")]
    #[must_use]
    pub fn d1_migrated(self, binding: &str) -> Self {
        let folder = self.0.migrated.iter().find(|(known, _)| *known == binding);
        let Some((_, folder)) = folder else {
            panic!("`d1_databases` in [wrangler] of mcp.toml has no binding `{binding}`");
        };
        let schema = super::migrations::statements(folder.as_ref());
        self.d1(binding, &schema)
    }

    /// A client of the person with this address, whose subject is the same unless it is said
    /// otherwise. The address is verified.
    #[must_use]
    pub fn as_user(&self, email: impl Into<String>) -> TestClient {
        let email = email.into();
        let mut client = self.as_subject(email.clone());
        client.caller.email = Some(email);
        client
    }

    /// A client of whom only the subject is known: no address, no groups, no claims. Service tokens
    /// of Cloudflare Access are `service:<common name>`.
    #[must_use]
    pub fn as_subject(&self, subject: impl Into<String>) -> TestClient {
        TestClient::new(self.clone(), subject.into())
    }

    /// The `ctx.env()` of this server's functions, to look at what they have left there.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.0.env
    }

    /// Waits for a future, by the clock of this server.
    ///
    /// ```
    /// # use toolgate::testing::TestServer;
    /// # fn show(server: &TestServer) {
    /// let kept = server.env().kv("NOTES").unwrap().get("first").text();
    /// assert_eq!(server.run(kept).unwrap().as_deref(), Some("milk"));
    /// # }
    /// ```
    ///
    /// # Panics
    /// The future waits for something that never comes.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let _entered = self.0.bindings.http.enter();
        self.0.clock.run(future)
    }

    /// The changes that functions have told everyone who listens, such as by `ctx.resource_updated(…)`,
    /// since this was last asked: the URI of the resource, or `tools`, `prompts` or `resources` for a list. Always
    /// empty without `[transport] notifications`.
    #[must_use]
    pub fn take_changes(&self) -> Vec<String> {
        let changes = self.0.bindings.changes.take();
        changes
            .into_iter()
            .map(|change| match change {
                Change::Tools => "tools".to_owned(),
                Change::Prompts => "prompts".to_owned(),
                Change::Resources => "resources".to_owned(),
                Change::Resource(uri) => uri,
                Change::Task { .. } => "task".to_owned(),
            })
            .collect()
    }

    pub(super) fn bindings(&self) -> &Bindings {
        &self.0.bindings
    }

    pub(super) fn app(&self) -> &'static App {
        self.0.app
    }

    pub(super) fn registry(&self) -> &'static Registry {
        self.0.registry
    }

    pub(super) fn triggers(&self) -> &'static Triggers {
        self.0.triggers
    }

    /// The id of the next request.
    pub(super) fn next_id(&self) -> u64 {
        self.0.requests.set(self.0.requests.get() + 1);
        self.0.requests.get()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Objects and what goes on in them hold the bindings, which hold the objects.
        self.bindings.objects.take();
        self.clock.stop();
    }
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.0.app.config.server.name;
        f.debug_struct("TestServer").field("name", name).finish_non_exhaustive()
    }
}
