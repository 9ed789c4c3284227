//! The files that a deployment needs, as they follow from a checked `mcp.toml`.
//!
//! Both are committed and never edited: what is of one's own goes into `[wrangler]` of `mcp.toml`,
//! which is merged into `wrangler.jsonc`.

mod bindings;
mod environments;
mod generated;
mod merge;
mod migrations;
mod text;
mod triggers;
mod variables;
mod worker;
mod wrangler;

pub use self::bindings::{PURGE, namespace_id};
pub use self::environments::ENVIRONMENT;
pub use self::generated::{COMPATIBILITY_DATE, DEV_PORT, JURISDICTION, WORKER_BUILD_VERSION};
pub use self::migrations::{Migrated, migrated};
pub use self::triggers::{dead_letter_queue, queue_name};
pub use self::variables::{Variable, dev_vars_example, variables};
pub use self::worker::worker;
pub use self::wrangler::wrangler_jsonc;

/// The crate that the Worker is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package<'a> {
    /// Name of the cargo package; the Worker gets it unless `[wrangler] name` says otherwise.
    pub name: &'a str,
}
