//! Tells others that a task stands differently.

use toolgate_core::mcp::notify::Change;

use super::quota;
use super::store::Store;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::ports::app::App;
use crate::tool::features;

/// The news of one task.
pub(super) struct News {
    subject_key: String,
    id: String,
    is_over: bool,
    change: Change,
}

impl News {
    /// The news of the task as it stands now.
    pub(super) fn of(store: &Store) -> worker::Result<Self> {
        let row = store.row()?;
        let task = store.view(None)?.into_value();
        Ok(Self {
            subject_key: row.subject_key.clone(),
            id: row.id,
            is_over: row.status.is_terminal(),
            change: Change::Task { subject_key: row.subject_key, tool: row.tool, task },
        })
    }

    /// Tells the clients that listen (`notifications/tasks`), and the count of the person's tasks.
    /// The task does not depend on it, so a failure goes to the log.
    pub(super) async fn spread(self, app: &'static App, env: &Env) {
        if self.is_over {
            quota::end(app, env, &self.subject_key, &self.id).await;
        }
        if let Some(hub) = features::subscriptions(app)
            && let Err(error) = hub.publish(app, env, &self.change).await
        {
            log_error!("the news of a task did not reach those who listen: {error}");
        }
    }
}
