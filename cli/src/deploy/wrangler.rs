//! The wrangler of one server and environment.

use crate::project::Project;
use crate::tools::Tools;
use crate::wrangler::TYPED;

/// The wrangler of `.toolgate`, for one Worker.
pub struct Wrangler<'a> {
    /// The server.
    pub project: &'a Project,
    /// The installed tools.
    pub tools: &'a Tools,
    /// The Worker's name.
    pub worker: &'a str,
    /// `[env.NAME]` of `mcp.toml`.
    pub environment: Option<&'a str>,
}

impl Wrangler<'_> {
    /// A command of wrangler for this Worker, as one types it.
    pub(super) fn typed(&self, command: &str) -> String {
        match self.environment {
            Some(name) => format!("{TYPED} {command} --env {name}"),
            None => format!("{TYPED} {command}"),
        }
    }

    /// This very command with more arguments, as one types it.
    pub(super) fn deploy(&self, more: &str) -> String {
        match self.environment {
            Some(name) => format!("cargo toolgate deploy --env {name}{more}"),
            None => format!("cargo toolgate deploy{more}"),
        }
    }
}
