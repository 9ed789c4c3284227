//! `schema_version`: of which version the file's keys are.

use toml::de::DeTable;

use super::keys::VERSION;
use super::value::Section;
use crate::diagnostic::{Code, Diagnostic, Fault, Sink};

/// The version of `mcp.toml` that is read here. A file without one is as one of version 1: there was
/// none before it. `cargo toolgate upgrade` knows what changed in each.
pub const SCHEMA_VERSION: i64 = 2;

/// A file that is newer than this program: its other faults would only be what is new in it.
pub(crate) fn refuse_newer(document: &DeTable<'_>) -> Result<(), Vec<Diagnostic>> {
    let (all, alone) = (Sink::default(), Sink::default());
    let Some(value) = Section::root(document, &all).get(VERSION) else { return Ok(()) };
    let Some(version) = value.raw().as_integer().and_then(|_| value.integer()) else {
        return Ok(());
    };
    if version <= SCHEMA_VERSION {
        return Ok(());
    }
    let message =
        format!("the file is of version {version}, and this Toolgate knows {SCHEMA_VERSION}");
    let help = "update `cargo-toolgate`, and `toolgate` in Cargo.toml";
    alone.report(value.span(), Fault::new(Code::NewerSchema, message, help));
    Err(alone.into_diagnostics())
}

/// Reports a value that is no version.
pub(crate) fn check(root: &Section<'_, '_>) {
    let Some(value) = root.get(VERSION) else { return };
    if value.integer().is_some_and(|version| version < 1) {
        let message = format!("`{VERSION}` is below 1, the first version");
        let help = "remove it: `cargo toolgate upgrade` writes the right one";
        value.report(Fault::new(Code::OutOfRange, message, help));
    }
}
