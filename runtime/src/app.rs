//! What `serve!()` knows of one server.

use toolgate_config::Config;

/// One server: its checked `mcp.toml` and the crate it was built from.
#[derive(Debug)]
pub struct App {
    /// The checked `mcp.toml`.
    pub config: Config,
    /// Name of the user's crate.
    pub package_name: &'static str,
    /// Version of the user's crate.
    pub package_version: &'static str,
}

impl App {
    /// The version that clients are told.
    #[must_use]
    pub fn version(&self) -> &str {
        self.config.server.version.as_deref().unwrap_or(self.package_version)
    }
}
