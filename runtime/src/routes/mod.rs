//! The routes of a server.

pub(crate) mod client_metadata;
pub(crate) mod connections;
pub(crate) mod mcp;
pub(crate) mod oauth;
mod object;
