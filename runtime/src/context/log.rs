//! Log messages for the client.

use serde_json::Value;
use toolgate_core::mcp::notify;
use toolgate_core::mcp::peer::Level;

use crate::tool::Context;

impl Context {
    /// Sends the client a log message (`notifications/message`): text, or any JSON. It goes out when
    /// the call next waits.
    ///
    /// Nothing is sent to a client that wants none of this level; in 2026-07-28 that is each one that
    /// did not name a level in its request, and from a task nothing is sent. A client of the legacy
    /// revisions sets its level once, so a server whose functions log gives it a session. Where very many are made without waiting, the last are
    /// left out, and the client is told how many.
    ///
    /// The message leaves the server: nothing that the caller must not see belongs in it.
    pub fn log(&self, level: Level, data: impl Into<Value>) {
        let live = self.live();
        if live.peer().log_level.is_some_and(|least| level >= least)
            && let Some(text) = notify::log(live.peer(), level, None, data.into())
        {
            live.log(text);
        }
    }

    /// [`log`](Self::log) at [`Level::Debug`].
    pub fn debug(&self, data: impl Into<Value>) {
        self.log(Level::Debug, data);
    }

    /// [`log`](Self::log) at [`Level::Info`].
    pub fn info(&self, data: impl Into<Value>) {
        self.log(Level::Info, data);
    }

    /// [`log`](Self::log) at [`Level::Warning`].
    pub fn warning(&self, data: impl Into<Value>) {
        self.log(Level::Warning, data);
    }

    /// [`log`](Self::log) at [`Level::Error`].
    pub fn error(&self, data: impl Into<Value>) {
        self.log(Level::Error, data);
    }
}
