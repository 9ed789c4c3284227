//! `ctx.env()`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use toolgate_core::mcp::notify::Change;
use worker::wasm_bindgen::JsValue;
use worker::{Error, Result};

use super::{
    Ai, Bucket, D1Database, Fetcher, HttpScript, KvStore, Queue, RateLimiter, Request, Response,
};

/// The Worker's bindings, variables and secrets.
///
/// In a Worker this is [`worker::Env`]. Elsewhere the methods below give what the test has given its
/// server; all else of `worker::Env` can be named, and panics when a test comes there.
#[derive(Clone)]
pub struct Env {
    // `Rc`, since what is of JavaScript cannot be cloned here.
    worker: Rc<worker::Env>,
    bindings: Option<Rc<Bindings>>,
}

/// From the name of an object and a request to its response.
pub(crate) type ObjectHost = dyn Fn(String, Request) -> LocalBoxFuture<'static, Result<Response>>;

/// The bindings that a test gives its server, with what its tools leave there.
#[derive(Default)]
pub(crate) struct Bindings {
    pub(crate) vars: RefCell<BTreeMap<String, String>>,
    /// The names in `[secrets]` of `mcp.toml`; `None` where nobody knows them.
    secrets: Option<&'static [&'static str]>,
    pub(crate) ai: RefCell<BTreeMap<String, Ai>>,
    pub(crate) kv: RefCell<BTreeMap<String, KvStore>>,
    pub(crate) d1: RefCell<BTreeMap<String, D1Database>>,
    pub(crate) buckets: RefCell<BTreeMap<String, Bucket>>,
    pub(crate) queues: RefCell<BTreeMap<String, Queue>>,
    pub(crate) services: RefCell<BTreeMap<String, Rc<HttpScript>>>,
    pub(crate) rate_limiters: RefCell<BTreeMap<String, RateLimiter>>,
    pub(crate) http: Rc<HttpScript>,
    /// The Durable Objects, which requests reach by their names.
    pub(crate) objects: RefCell<Option<Rc<ObjectHost>>>,
    /// The doubles of Durable Objects; see [`Bindings::memory`].
    memory: RefCell<Vec<Rc<dyn Any>>>,
    /// True once somebody listens to changes.
    pub(crate) is_heard: Cell<bool>,
    /// The changes that tools have told everyone who listens.
    pub(crate) changes: RefCell<Vec<Change>>,
}

impl Bindings {
    /// No bindings, for a server whose own secrets have these names, if anybody knows them.
    pub(crate) fn new(secrets: Option<&'static [&'static str]>) -> Self {
        Self { secrets, ..Self::default() }
    }

    /// True where `mcp.toml` names a secret of the server's own, as far as anybody knows.
    pub(crate) fn names_secret(&self, name: &str) -> bool {
        self.secrets.is_none_or(|names| names.contains(&name))
    }

    /// The double of this kind of Durable Objects, made at the first use.
    pub(crate) fn memory<T: Default + 'static>(&self) -> Rc<T> {
        let mut memory = self.memory.borrow_mut();
        let known = memory.iter().find_map(|memory| Rc::clone(memory).downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let new = Rc::new(T::default());
            memory.push(Rc::clone(&new) as Rc<dyn Any>);
            new
        })
    }
}

/// A variable or secret; [`ToString`] gives its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Var(String);

/// A variable or secret.
pub type Secret = Var;

impl Env {
    pub(crate) fn of_test(bindings: Rc<Bindings>) -> Self {
        Self { bindings: Some(bindings), ..JsValue::UNDEFINED.into() }
    }

    /// The bindings that a test has given; none where nobody has.
    pub(crate) fn bindings(&self) -> Option<&Rc<Bindings>> {
        self.bindings.as_ref()
    }

    /// Workers AI: what [`TestServer::ai`](crate::testing::TestServer::ai) has scripted.
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn ai(&self, binding: &str) -> Result<Ai> {
        self.find(binding, "ai", |bindings| bindings.ai.borrow().get(binding).cloned())
    }

    /// Workers KV: what [`TestServer::kv`](crate::testing::TestServer::kv) has filled.
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn kv(&self, binding: &str) -> Result<KvStore> {
        self.find(binding, "kv", |bindings| bindings.kv.borrow().get(binding).cloned())
    }

    /// D1: what `TestServer::d1` has filled, with the feature `testing-sqlite`.
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn d1(&self, binding: &str) -> Result<D1Database> {
        self.find(binding, "d1", |bindings| bindings.d1.borrow().get(binding).cloned())
    }

    /// R2: what [`TestServer::bucket`](crate::testing::TestServer::bucket) has filled.
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn bucket(&self, binding: &str) -> Result<Bucket> {
        self.find(binding, "bucket", |bindings| bindings.buckets.borrow().get(binding).cloned())
    }

    /// A queue that the test made by [`TestServer::queue`](crate::testing::TestServer::queue).
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn queue(&self, binding: &str) -> Result<Queue> {
        self.find(binding, "queue", |bindings| bindings.queues.borrow().get(binding).cloned())
    }

    /// Another Worker: what [`TestServer::service`](crate::testing::TestServer::service) answers.
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn service(&self, binding: &str) -> Result<Fetcher> {
        self.find(binding, "service", |bindings| {
            bindings.services.borrow().get(binding).map(Rc::clone).map(Fetcher::new)
        })
    }

    /// Static files, which the test answers as another Worker.
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn assets(&self, binding: &str) -> Result<Fetcher> {
        self.service(binding)
    }

    /// A rate limiter: what [`TestServer::rate_limiter`](crate::testing::TestServer::rate_limiter) says.
    ///
    /// # Errors
    /// The test has no such binding.
    pub fn rate_limiter(&self, binding: &str) -> Result<RateLimiter> {
        self.find(binding, "rate_limiter", |bindings| {
            bindings.rate_limiters.borrow().get(binding).cloned()
        })
    }

    /// A variable or secret: what [`TestServer::var`](crate::testing::TestServer::var) has set.
    ///
    /// # Errors
    /// The test has no such variable.
    pub fn var(&self, binding: &str) -> Result<Var> {
        self.find(binding, "var", |bindings| bindings.vars.borrow().get(binding).cloned().map(Var))
    }

    /// A secret, which is a variable here.
    ///
    /// # Errors
    /// The test has no such variable.
    pub fn secret(&self, binding: &str) -> Result<Secret> {
        self.var(binding)
    }

    /// A variable that holds JSON.
    ///
    /// # Errors
    /// The test has no such variable, or it is no `T`.
    pub fn object_var<T: DeserializeOwned>(&self, binding: &str) -> Result<T> {
        Ok(serde_json::from_str(&self.var(binding)?.0)?)
    }

    fn find<T>(
        &self,
        binding: &str,
        method: &str,
        find: impl FnOnce(&Bindings) -> Option<T>,
    ) -> Result<T> {
        match self.bindings.as_deref().map(find) {
            Some(Some(found)) => Ok(found),
            Some(None) => Err(Error::RustError(format!(
                "Binding `{binding}` is undefined: `TestServer::{method}` gives a test one."
            ))),
            None => Err(Error::RustError(format!(
                "Binding `{binding}` is undefined: this code runs neither in a Worker nor in a `TestServer`."
            ))),
        }
    }
}

impl From<worker::Env> for Env {
    fn from(worker: worker::Env) -> Self {
        Self { worker: Rc::new(worker), bindings: None }
    }
}

impl From<JsValue> for Env {
    fn from(value: JsValue) -> Self {
        worker::Env::from(value).into()
    }
}

impl Deref for Env {
    type Target = worker::Env;

    fn deref(&self) -> &worker::Env {
        assert!(
            self.bindings.is_none(),
            "`TestServer` has no double for a binding of this kind; the documentation of `toolgate::testing` lists those that it has"
        );
        &self.worker
    }
}

impl fmt::Debug for Env {
    // The values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}

impl fmt::Display for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
