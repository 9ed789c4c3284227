//! The `mcp.toml` model.
//!
//! Without features this crate is data only: [`Config`] can be written as a constant, and that is
//! what `serve!()` emits, so a Worker carries no TOML parser and parses nothing when it starts.

mod model;

pub use model::*;
