//! The interface of expanded macros. Not for people: anything here may change in any version.

use std::rc::Rc;

use worker::wasm_bindgen::JsValue;
use worker::worker_sys;

pub use futures_util::future;
pub use inventory;
pub use toolgate_config as config;
pub use toolgate_core::mcp::challenge::CHALLENGING;
pub use toolgate_core::mcp::content::ToolResult;
pub use toolgate_core::mcp::families as family;
pub use toolgate_core::mcp::icon::Icon;
pub use toolgate_core::mcp::prompt::{PromptArgument, PromptInfo, Role};
pub use toolgate_core::mcp::refusal::REFUSING;
pub use toolgate_core::mcp::resource::{ResourceInfo, ResourceVariable};
pub use toolgate_core::mcp::tool::{Annotations, ParamHeader, Schema, TaskSupport, ToolInfo};
pub use toolgate_core::upstream::kept::{Named, Names};
pub use toolgate_policy::Caller;
pub use worker::ForwardableEmailMessage as RawEmail;
pub use worker::worker_sys::MessageBatch as RawBatch;
pub use worker::worker_sys::web_sys::Request as RawRequest;
pub use worker::worker_sys::{
    Context as RawContext, DurableObjectState as RawState, ScheduleContext as RawScheduleContext,
    ScheduledEvent as RawScheduledEvent,
};
pub use worker::{Env, js_sys, wasm_bindgen, wasm_bindgen_futures};

use crate::platform::console::log_error;
use crate::platform::host::{Context as PlatformContext, Response, State};
use crate::platform::{bindings, instance};
use crate::trigger;

pub use crate::entry::fetch;
pub use crate::ports::app::App;
use crate::ports::app::Deployment;

pub use crate::ports::object::Object;
pub use crate::quota::CHARGING;
pub use crate::route::ROUTES;
pub use crate::tool::completion::{beginning_with, complete, completer_named};
pub use crate::tool::connecting::Connecting;
pub use crate::tool::parameter::{Presence, Required, json, parsed, plain, same, shown};
pub use crate::tool::pattern::Pattern;
pub use crate::tool::prompt::prompted;
pub use crate::tool::resource::{RequestedResource, not_found, read};
pub use crate::tool::route::{
    Form, FromBody, IntoRouteResponse, RouteDef, RouteDoor, RouteRequest, RouteResponse, WrongBody,
    no_such_route, segment,
};
pub use crate::tool::schema::{InputSchema, constant, description};
pub use crate::tool::{
    Arguments, Context, IntoPromptResult, IntoResource, IntoToolResult, KnownError, Needs,
    PromptDef, Registry, ResourceDef, ToolDef, registry,
};
pub use crate::trigger::{
    Email, IntoTriggerResult, RawMessage, Scheduled, TriggerCall, TriggerDef, TriggerKind, Triggers,
};
pub use toolgate_core::route::signature::{Encoding, Scheme, Timestamp};
pub use toolgate_core::route::{Guard, RouteInfo};

/// Notes that the function of a call says that it acts as its caller.
pub fn acts_as_caller(context: &Context) {
    context.live().declare_as_caller();
}

/// Shows callers what they can do about a request in their name that failed.
pub const SHOWS_AS_CALLER: KnownError = KnownError::of::<crate::context::http::HttpError>();

/// Shows callers what they can do about an account that could not be used.
pub const SHOWS_CONNECTIONS: KnownError = KnownError::of::<crate::context::http::ConnectionError>();

/// The result of an export of the Worker to JavaScript.
pub type JsResult = Result<JsValue, JsValue>;

/// The Worker's `fetch`. A failure of the platform is logged and answered without its details.
pub fn serve_fetch(
    app: &'static App,
    request: RawRequest,
    env: Env,
    context: RawContext,
) -> js_sys::Promise {
    instance::response(async move {
        let context = PlatformContext::new(context);
        match fetch(app, request.into(), bindings::own(env), context).await {
            Ok(response) => js(response),
            Err(error) => {
                log_error!("toolgate: {error}");
                Response::error("internal error", 500).map_or_else(|error| Err(error.into()), js)
            }
        }
    })
}

/// Makes the object behind the Durable Object class.
#[must_use]
pub fn new_object(app: &'static App, state: RawState, env: Env) -> Rc<Object> {
    Rc::new(Object::new(app, State::from(state), bindings::own(env)))
}

/// The Durable Object's `fetch`. It rejects where the object could not serve the request.
pub fn object_fetch(object: &Rc<Object>, request: RawRequest) -> js_sys::Promise {
    let object = Rc::clone(object);
    instance::response(async move {
        object.fetch(request.into()).await.map_err(JsValue::from).and_then(js)
    })
}

/// The Durable Object's `alarm`. It rejects where the object could not do its work; the platform
/// calls again.
pub fn object_alarm(object: &Rc<Object>) -> js_sys::Promise {
    let object = Rc::clone(object);
    instance::work(async move { object.alarm().await.map_err(JsValue::from).and_then(js) })
}

/// The Worker's `scheduled`: deletes what is of no more use.
///
/// # Errors
///
/// The storage failed; the platform shows it, and the next trigger tries again.
pub async fn serve_scheduled(
    app: &'static App,
    env: Env,
    _context: RawScheduleContext,
) -> JsResult {
    app.store.purge(Deployment { app, env: &bindings::own(env) }).await?;
    Ok(JsValue::UNDEFINED)
}

/// The Worker's `scheduled` where `mcp.toml` has crons. It rejects where a function failed.
pub fn serve_crons(
    app: &'static App,
    triggers: &'static Triggers,
    event: RawScheduledEvent,
    env: Env,
) -> js_sys::Promise {
    trigger::start(app, triggers, event, env)
}

/// The Worker's `queue`. Each message is acknowledged or comes again by itself.
pub fn serve_queue(
    app: &'static App,
    triggers: &'static Triggers,
    batch: RawBatch,
    env: Env,
) -> js_sys::Promise {
    trigger::deliver(app, triggers, batch, env)
}

/// The Worker's `email`. It rejects where the function failed.
pub fn serve_email(app: &'static App, message: RawEmail, env: Env) -> js_sys::Promise {
    trigger::receive(app, message, env)
}

fn js(response: Response) -> JsResult {
    Ok(worker_sys::web_sys::Response::from(response).into())
}

/// True if an environment variable of the build is `1`. Text cannot be compared in constants, but
/// bytes can.
#[must_use]
pub const fn is_one(variable: Option<&str>) -> bool {
    match variable {
        Some(value) => matches!(value.as_bytes(), b"1"),
        None => false,
    }
}

/// The test that `serve!()` adds to the user's crate.
///
/// # Panics
///
/// Two functions share a name, one names a policy that `mcp.toml` does not define, or an input
/// schema is not one.
pub fn check_tools(app: &App) {
    let faults = crate::tool::check(app);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The test by which `cargo toolgate` learns what the server serves: with `TOOLGATE_REGISTRY` it
/// writes that file, and without it shows that it could.
///
/// # Panics
///
/// The file cannot be written.
#[cfg(not(target_arch = "wasm32"))]
pub fn export_registry(app: &App, triggers: &Triggers) {
    let written = crate::tool::export(app, trigger::described(), trigger::problems(triggers));
    assert!(written.is_ok(), "the registry cannot be written: {written:?}");
}

/// The test that `serve!()` adds to the user's crate: triggers and functions belong together.
///
/// # Panics
///
/// A trigger has no function, or a function no trigger.
pub fn check_triggers(triggers: &Triggers) {
    let problems = trigger::problems(triggers);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The check that `serve!()` adds to the user's own tests, where `mcp.toml` has tests of policies.
///
/// # Panics
///
/// A policy decides otherwise than its test expects.
pub fn check_policies(app: &App, tests: &[config::PolicyTest]) {
    let failures = toolgate_core::expected::failures(&app.config, tests);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The test that `serve!()` adds to the user's crate, where `mcp.toml` has `[[never]]` or `[[always]]`.
///
/// # Panics
///
/// One of them does not hold for a function.
#[cfg(not(target_arch = "wasm32"))]
pub fn check_invariants(app: &App, invariants: &[config::Invariant]) {
    let violated = crate::tool::violated(app, invariants);
    assert!(violated.is_empty(), "{}", violated.join("\n"));
}
pub use crate::features::{
    ACCOUNTS, CLIENT_KEYS, FEED, PERSONAL, SWITCH, TRACING, feature, identity, store, token_grant,
};
