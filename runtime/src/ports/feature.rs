//! Features, which only some servers have: sessions, subscriptions, tasks, state.
//!
//! Each lives in a Durable Object and has a door on the Worker's side. A feature is reached only
//! through the `&'static dyn Feature`s that the macros name, so that a server contains no feature
//! that its functions and `mcp.toml` do not ask for.

use std::fmt::Debug;
use std::future::ready;

use futures_util::future::LocalBoxFuture;
use http::header::HeaderValue;
use serde_json::{Map, Value};
use toolgate_config::Config;
use toolgate_core::mcp::SessionState;
use toolgate_core::mcp::listen::{Listen, Listening};
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::task::TaskRequest;
use toolgate_core::mcp::{Call, NewSession};
use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::credentials::Authenticated;
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::metadata::Members;
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::person::Person;
use toolgate_core::reply::Reply;

use crate::platform::bindings::Env;
use crate::platform::host::{Request, Response};
use crate::ports::app::{App, Deployment};
use crate::ports::as_caller::AsCaller;
use crate::ports::object::Object;
use crate::ports::principal::{Admitted, Principal};
use crate::ports::request_context::RequestContext;

/// One feature.
pub trait Feature: Debug + Sync {
    /// The beginning of the paths of its requests to the object, for example `/session/`.
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

    /// True if the function that needs it begins as a plain call, and becomes a task in its course.
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

    /// The door on the Worker's side, where this is the feature of calls in the person's name.
    fn as_caller(&self) -> Option<&dyn AsCaller> {
        None
    }

    /// The door on the Worker's side, where this is the feature of HTTP+SSE.
    fn http_sse(&self) -> Option<&dyn HttpSse> {
        None
    }

    /// The door on the Worker's side, where this is the feature of notifications.
    fn subscriptions(&self) -> Option<&dyn Subscriptions> {
        None
    }
}

/// HTTP+SSE, as the Worker sees it.
pub trait HttpSse {
    /// True if a request to `/sse` or `/messages` is of HTTP+SSE, and not of Streamable HTTP.
    fn takes(&self, head: &http::Request<()>) -> bool;

    /// Serves `GET /sse` and `POST /messages`.
    fn route<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        head: http::Request<()>,
        worker_request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>>;
}

/// Sessions of Streamable HTTP, as the Worker sees them.
pub trait Sessions {
    /// Serves a Streamable HTTP request that names a session; `None` for any other. To be asked only
    /// where sessions are issued.
    fn serve<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        sender: &'a Admitted,
        head: &'a http::Request<()>,
        body: &'a [u8],
    ) -> LocalBoxFuture<'a, Option<worker::Result<Response>>>;

    /// Begins the session of a client whose `initialize` was answered.
    fn begin<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        sender: &'a Admitted,
        begin: NewSession,
    ) -> LocalBoxFuture<'a, worker::Result<Response>>;
}

/// Notifications of what changes outside of any request.
pub trait Subscriptions {
    /// The part of the core that they take.
    fn listening(&self) -> &'static Listening;

    /// The notifications of changes, given as a JSON array, for a session: those that its client wants
    /// and may hear of.
    fn hears(&self, object: &Object, session: &SessionRecord, changes: &str) -> Vec<String>;

    /// Opens a stream for a `subscriptions/listen`.
    fn listen<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        sender: &'a Admitted,
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

/// Tasks, as the Worker sees them.
pub trait Tasks {
    /// Makes a task of a call that a policy has allowed. `record` is what an earlier round of the
    /// call knew. The outcome is a [`TaskView`](toolgate_core::mcp::task::TaskView), and the task is
    /// stored by then.
    fn create(
        &self,
        deployment: Deployment<'_>,
        principal: Principal,
        call: Call,
        record: Record,
    ) -> LocalBoxFuture<'static, CallResult>;

    /// Serves `tasks/get`, `tasks/update` and `tasks/cancel`.
    fn serve<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        principal: &'a Principal,
        task_request: TaskRequest,
    ) -> LocalBoxFuture<'a, Reply>;
}

/// The record of a session.
pub struct SessionRecord {
    /// Its person, as of the last message.
    pub(crate) principal: Principal,
    pub(crate) state: SessionState,
}

/// The record by which a call that runs again from its start comes to where it was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// The answers of the client, by the keys of the questions.
    pub(crate) answers: Map<String, Value>,
    /// The results of what ran once, by their keys.
    pub(crate) memo: Map<String, Value>,
}

/// A way to a token at `/token`. `serve!()` names one where `mcp.toml` has a section of it, so that no other server
/// contains it.
#[derive(Debug)]
pub struct TokenGrant {
    /// True for a request that is of it.
    pub(crate) takes: fn(&Config, &http::Request<Vec<u8>>) -> bool,
    /// Serves such a request, with the next.
    pub(crate) serve: ServeToken,
    /// Tells the client of a request.
    pub(crate) authenticate: Authenticate,
    /// Adds what the authorization server's metadata say of it.
    pub(crate) describe: fn(&Config, &mut Members),
}

/// Serves a request to `/token`.
pub(crate) type ServeToken = for<'a> fn(
    &'a RequestContext<'_>,
    &'a mut OAuthContext<'_>,
    &'a http::Request<Vec<u8>>,
    Authenticate,
) -> LocalBoxFuture<'a, Reply>;

/// Tells the client of a request, once it has proven to be that client.
pub(crate) type Authenticate = for<'a> fn(
    &'a RequestContext<'_>,
    &'a OAuthContext<'_>,
    &'a http::Request<Vec<u8>>,
    &'a Params,
) -> LocalBoxFuture<'a, Result<Authenticated, OAuthError>>;

/// Clients of `mcp.toml` that prove themselves by their keys, or by a secret while it is replaced. Named by `serve!()`
/// where there are any.
#[derive(Debug)]
pub struct ClientKeys {
    /// Checks what such a client presents; `None` for the request of any other.
    pub(crate) check: Check,
}

/// See [`ClientKeys::check`].
pub(crate) type Check = for<'a> fn(
    &'a RequestContext<'_>,
    &'a OAuthContext<'_>,
    &'a http::Request<Vec<u8>>,
    &'a Params,
)
    -> Option<LocalBoxFuture<'a, Result<Authenticated, OAuthError>>>;

/// The admission of whoever has a personal token; `None` where there is none.
pub(crate) type Admitting<'a> = Option<LocalBoxFuture<'a, Result<Admitted, Box<Reply>>>>;

/// Personal tokens for scripts. Named by `serve!()` where `mcp.toml` allows them.
#[derive(Debug)]
pub struct Personal {
    /// Lets the sender of a request in that has such a token; `None` where it has none.
    pub(crate) admit: for<'a> fn(&'a RequestContext<'a>, &'a http::Request<()>) -> Admitting<'a>,
    /// Remembers somebody who signs in at the page of connections, as a cookie.
    pub(crate) remember: fn(&mut OAuthContext<'_>, &Returned, &Identified) -> Option<HeaderValue>,
    /// The form of the page of connections.
    pub(crate) form: fn(&OAuthContext<'_>, &Person) -> String,
    /// True for the form that makes a token.
    pub(crate) is_asked: fn(&http::Request<Vec<u8>>) -> bool,
    /// Makes a token, and answers with the page that shows it.
    pub(crate) make: for<'a> fn(
        &'a RequestContext<'_>,
        &'a mut OAuthContext<'_>,
        &'a http::Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Reply>,
}
