//! Telling everyone who listens that something changed.

use toolgate_core::mcp::notify::Change;

use crate::platform::console::log_error;
use crate::tool::features;
use crate::tool::{Context, Error, Result};

/// Everyone who listens is told: `subscriptions/listen` of MCP 2026-07-28, and the sessions of older
/// revisions. `[transport] notifications` has to be on; without it nobody listens, and these do
/// nothing.
///
/// They return as soon as the change is on its way. Whoever is not connected at that moment hears of
/// it when their session's stream is resumed, or not at all: a notification saves a client from
/// asking, and is no record of what happened.
impl Context {
    /// The list of tools is another one.
    ///
    /// # Errors
    /// Those who listen could not be reached.
    pub async fn tools_changed(&self) -> Result<()> {
        self.changed(Change::Tools).await
    }

    /// The list of prompts is another one.
    ///
    /// # Errors
    /// Those who listen could not be reached.
    pub async fn prompts_changed(&self) -> Result<()> {
        self.changed(Change::Prompts).await
    }

    /// The list of resources is another one.
    ///
    /// # Errors
    /// Those who listen could not be reached.
    pub async fn resources_changed(&self) -> Result<()> {
        self.changed(Change::Resources).await
    }

    /// A resource holds something else. Those who subscribed to its URI and may read it are told.
    ///
    /// # Errors
    /// Those who listen could not be reached.
    pub async fn resource_updated(&self, uri: impl Into<String>) -> Result<()> {
        self.changed(Change::Resource(uri.into())).await
    }

    async fn changed(&self, change: Change) -> Result<()> {
        let Some(app) = self.app().filter(|app| app.config.transport.notifications) else {
            return Ok(());
        };
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(bindings) = self.env().bindings() {
            bindings.changes.borrow_mut().push(change.clone());
            if !bindings.is_heard.get() {
                return Ok(());
            }
        }
        let Some(hub) = features::subscriptions(app) else { return Ok(()) };
        hub.publish(app, self.env(), &change).await.map_err(|error| {
            log_error!("a change could not be told: {error}");
            Error::new("those who listen could not be told of the change")
        })
    }
}
