//! The server and its functions, as the core sees them.

use http::StatusCode;
use serde_json::json;
use toolgate_core::audit::Log;
use toolgate_core::mcp;
use toolgate_core::reply::{self, Reply};

use super::features;
use super::registry::{Registry, registry};
use crate::platform::console::log_error;
use crate::ports::app::App;

/// The registry. A clash of names is found by the user's own tests; should one be deployed all the
/// same, nothing is served, since nobody could say which tool a policy guards.
pub(crate) fn linked(app: &App) -> Result<&'static Registry, Box<Reply>> {
    registry().map_err(|clash| {
        log_error!("{} cannot serve: {clash}", app.package_name);
        Box::new(reply::json(
            StatusCode::SERVICE_UNAVAILABLE,
            &json!({ "error": "This server's tools have clashing names; see its log" }),
        ))
    })
}

/// The server as the core sees it; what it decides goes to the log.
pub(crate) fn server<'a>(
    app: &'static App,
    registry: &'a Registry,
    log: &'a Log,
) -> mcp::Server<'a> {
    let transport = &app.config.transport;
    mcp::Server {
        config: &app.config,
        version: app.version(),
        tools: registry.infos(),
        prompts: registry.prompt_infos(),
        resources: registry.resource_infos(),
        families: registry.families(),
        sessions: registry.interactive() || transport.notifications,
        notifications: features::subscriptions(app).map(|hub| hub.listening()),
        challenging: app.challenging,
        refusing: app.refusing,
        page_size: transport.page_size,
        log,
    }
}
