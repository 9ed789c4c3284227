//! What a server has besides answering requests one by one: sessions, subscriptions, tasks, state.
//!
//! Each lives in a Durable Object and has a door on the Worker's side. A feature is reached only
//! through the `&'static dyn Feature`s that the macros name, so that a server contains no feature
//! that its functions and `mcp.toml` do not ask for.

use std::fmt::Debug;
use std::future::ready;

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::listen::{Listen, Listening};
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::task::TaskRequest;
use toolgate_core::mcp::{Begin, Call, Response as McpResponse};
use toolgate_policy::Caller;
use worker::{Request, Response};

use crate::app::App;
use crate::bindings::Env;
use crate::call::Record;
use crate::entry::Incoming;
use crate::mcp::Admitted;
use crate::object::Object;
use crate::tool::registry::{Registry, registry};

use crate::hub::Hearer;

pub use crate::http_sse::HTTP_SSE;
pub use crate::hub::HUB;
pub use crate::session::SESSIONS;
pub use crate::state::STATE;
pub use crate::task::{LATE_TASKS, TASKS};

/// One feature.
pub trait Feature: Debug + Sync {
    /// What the paths of its requests to the object begin with, for example `/session/`.
    fn prefix(&self) -> &'static str;

    /// Serves a request inside the object. Nobody but the Worker can send one.
    fn serve<'a>(
        &'a self,
        object: &'a Object,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>>;

    /// Does what the object's alarm was set for; false when the object is not of this feature,
    /// which what is in its storage tells. A feature that stores nothing to outlive its use sets none.
    fn alarm<'a>(&'a self, _: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(ready(Ok(false)))
    }

    /// Whether the function that needs it begins as a plain call, and becomes a task in its course.
    fn is_late_task(&self) -> bool {
        false
    }

    /// The door on the Worker's side, where this is the feature of tasks.
    fn tasks(&self) -> Option<&dyn Tasks> {
        None
    }

    /// The door on the Worker's side, where this is the feature of sessions.
    fn sessions(&self) -> Option<&dyn Sessions> {
        None
    }

    /// The door on the Worker's side, where this is the feature of HTTP+SSE.
    fn http_sse(&self) -> Option<&dyn HttpSse> {
        None
    }

    /// The door on the Worker's side, where this is the feature of notifications.
    fn hub(&self) -> Option<&dyn Hub> {
        None
    }
}

/// HTTP+SSE, as the Worker sees it.
pub trait HttpSse {
    /// Serves `GET /sse`, `POST /messages`, and Streamable HTTP that is sent to `/sse`.
    fn route<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        head: http::Request<()>,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>>;
}

/// Sessions of Streamable HTTP, as the Worker sees them.
pub trait Sessions {
    /// Serves a Streamable HTTP request that names a session; `None` for any other. To be asked only
    /// where sessions are issued.
    fn serve<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        head: &'a http::Request<()>,
        body: &'a [u8],
    ) -> LocalBoxFuture<'a, Option<worker::Result<Response>>>;

    /// Begins the session of a client whose `initialize` was answered.
    fn begin<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        begin: Begin,
    ) -> LocalBoxFuture<'a, worker::Result<Response>>;
}

/// Notifications of what changes outside of any request.
pub trait Hub {
    /// What the core needs for them.
    fn listening(&self) -> &'static Listening;

    /// The notifications of changes, given as a JSON array, for a session: those that its client wants
    /// and may hear of.
    fn hears(&self, object: &Object, hearer: &Hearer<'_>, changes: &str) -> Vec<String>;

    /// Opens a stream for a `subscriptions/listen`.
    fn listen<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        listen: Listen,
    ) -> LocalBoxFuture<'a, worker::Result<Response>>;

    /// Tells everyone who listens and may hear of it.
    fn publish<'a>(
        &'a self,
        app: &'static App,
        env: &'a Env,
        change: &'a Change,
    ) -> LocalBoxFuture<'a, worker::Result<()>>;
}

/// Whose task it is to be, and where it runs.
#[derive(Clone)]
pub struct Owner {
    pub(crate) app: &'static App,
    pub(crate) env: Env,
    pub(crate) caller: Caller,
    /// Pseudonym of the person.
    pub(crate) shard: String,
}

/// Tasks, as the Worker sees them.
pub trait Tasks {
    /// Makes a task of a call that a policy has allowed. `record` is what an earlier round of the
    /// call knew. The outcome is a [`TaskView`](toolgate_core::mcp::task::TaskView), and the task is
    /// stored by then.
    fn create(&self, owner: Owner, call: Call, record: Record) -> LocalBoxFuture<'static, Outcome>;

    /// Serves `tasks/get`, `tasks/update` and `tasks/cancel`.
    fn serve<'a>(
        &'a self,
        incoming: &'a Incoming<'a>,
        admitted: &'a Admitted,
        request: TaskRequest,
    ) -> LocalBoxFuture<'a, McpResponse>;
}

/// The features of a server: those that `mcp.toml` asks for, and those that its functions need. One
/// may be named twice.
pub(crate) fn all(app: &'static App) -> impl Iterator<Item = &'static dyn Feature> {
    (0..).map_while(move |index| at(app, index))
}

/// Kept apart from the loops, so that each is small.
#[inline(never)]
fn at(app: &'static App, index: usize) -> Option<&'static dyn Feature> {
    let functions = registry().map_or(&[][..], Registry::features);
    let own = app.features.get(index);
    own.or_else(|| functions.get(index - app.features.len())).copied()
}

/// The door of sessions, where the server has any.
pub(crate) fn sessions(app: &'static App) -> Option<&'static dyn Sessions> {
    all(app).find_map(|feature| feature.sessions())
}

/// The door of HTTP+SSE, where the server has it.
pub(crate) fn http_sse(app: &'static App) -> Option<&'static dyn HttpSse> {
    all(app).find_map(|feature| feature.http_sse())
}

/// The door of tasks, where the server has any.
pub(crate) fn tasks(app: &'static App) -> Option<&'static dyn Tasks> {
    all(app).find_map(|feature| feature.tasks())
}

/// The door of notifications, where the server has them.
pub(crate) fn hub(app: &'static App) -> Option<&'static dyn Hub> {
    all(app).find_map(|feature| feature.hub())
}
