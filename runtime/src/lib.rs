//! Toolgate: annotated functions and one `mcp.toml` become an access-controlled remote MCP server.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod tool;

mod app;
mod convert;
mod entry;
mod grants;
mod mcp;
mod oauth;
mod object;
mod platform;
mod session;
mod stream;
mod upstream;

pub use crate::tool::macros::{mcp_tool, serve};
pub use schemars;
pub use worker;

/// What a file of tools needs.
pub mod prelude {
    pub use crate::tool::{Audio, Context, Error, Image, Json, Result};
    pub use crate::{mcp_tool, serve};
    pub use schemars::{self, JsonSchema};
    pub use toolgate_core::caller::Caller;
    pub use toolgate_core::mcp::content::Content;
}
