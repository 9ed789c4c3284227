//! The commands of `cargo toolgate` as a library: the repository's own `cargo demo` and `cargo
//! verify` use the same set-up, the same dev identity provider and the same way to run a Worker.

mod ask;
pub mod audit;
pub mod call;
pub mod cargo_lock;
pub mod check;
mod compiler;
pub mod completions;
pub mod connect;
pub mod deploy;
pub mod dev;
pub mod dev_provider;
pub mod diff;
pub mod doctor;
mod dotenv;
mod error;
pub mod explain;
pub mod files;
mod host;
mod input_schema;
mod interrupt;
pub mod keys;
pub mod lock;
pub mod matrix;
mod migrations;
pub mod new;
mod plan;
mod printable;
pub mod process;
pub mod project;
mod proof;
pub mod prove;
pub mod registry;
mod running;
pub mod schema;
pub mod setup;
pub mod step;
pub mod sync;
pub mod terminal;
pub mod toolchain;
pub mod tools;
pub mod trigger;
pub mod upgrade;
mod who;
pub mod wrangler;

pub use error::{Doing, Error, Result};
