//! The `mcp.toml` model, and on the host everything that reads or follows from it.
//!
//! Without features this crate is data only: [`Config`] can be written as a constant, and that is
//! what `serve!()` emits, so a Worker carries no TOML parser and parses nothing when it starts.
//!
//! - Feature `parse` adds [`check`](fn@check): text in, a [`Checked`] configuration or every fault
//!   of the file as a [`Diagnostic`] out.
//! - Feature `generate` adds [`deploy`](mod@deploy): `wrangler.jsonc` and `.dev.vars.example`.
//! - Feature `schema` adds [`schema`](mod@schema): the JSON Schema of `mcp.toml`, for editors.

mod audit_sinks;
#[cfg(feature = "parse")]
pub mod binding_lists;
mod claims;
mod model;
pub mod names;
pub mod provider;
pub mod route_path;

#[cfg(feature = "generate")]
pub mod deploy;
#[cfg(feature = "parse")]
mod diagnostic;
#[cfg(feature = "parse")]
mod parse;
#[cfg(feature = "parse")]
mod redact;
#[cfg(feature = "parse")]
mod render;
#[cfg(feature = "parse")]
pub mod stand_in;
#[cfg(feature = "parse")]
mod suggest;
mod words;

pub use audit_sinks::AuditSink;
#[cfg(feature = "parse")]
pub use audit_sinks::{Made, SinkFacts, Target};
pub use claims::{GITHUB_CLAIMS, GITHUB_EMAIL_SCOPES, GITHUB_GROUP_SCOPES, TECHNICAL_CLAIMS};
pub use model::*;

#[cfg(feature = "parse")]
pub use diagnostic::{Code, Diagnostic};
#[cfg(feature = "schema")]
pub use parse::schema;
#[cfg(feature = "parse")]
pub use parse::{
    Checked, Cron, Dev, DevUser, Environment, Existing, OwnSecret, Queue, SCHEMA_VERSION, SECTIONS,
    Triggers, Warning, check,
};
#[cfg(feature = "parse")]
pub use render::Position;
#[cfg(feature = "parse")]
pub use suggest::nearest;
