//! The features of a server, by what they are for.

use super::registry::{Registry, registry};
use crate::ports::app::App;
use crate::ports::as_caller::AsCaller;
use crate::ports::feature::{Feature, HttpSse, Sessions, Subscriptions, Tasks};

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

/// The door of calls in the person's name, where a tool makes them.
pub(crate) fn as_caller(app: &'static App) -> Option<&'static dyn AsCaller> {
    all(app).find_map(|feature| feature.as_caller())
}

/// The door of notifications, where the server has them.
pub(crate) fn subscriptions(app: &'static App) -> Option<&'static dyn Subscriptions> {
    all(app).find_map(|feature| feature.subscriptions())
}
