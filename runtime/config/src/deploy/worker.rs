//! The name of the Worker.

use super::Package;
use crate::diagnostic::{Diagnostic, Fault};
use crate::parse::{Checked, worker_name};

/// The name that the Worker of this package has in an environment, or outside of all.
///
/// # Errors
///
/// As [`wrangler_jsonc`](super::wrangler_jsonc).
pub fn worker(
    checked: &Checked,
    package: &Package<'_>,
    environment: Option<&str>,
) -> Result<String, Vec<Diagnostic>> {
    let name = sound_name(own_name(checked).unwrap_or(&package.name.to_ascii_lowercase()))?;
    match environment {
        None => Ok(name),
        Some(environment) => worker_in(checked, &name, environment),
    }
}

/// The same, for the Worker of this name outside of all environments.
pub(super) fn worker_in(
    checked: &Checked,
    worker: &str,
    environment: &str,
) -> Result<String, Vec<Diagnostic>> {
    let own = checked.environment(environment).and_then(own_name);
    own.map_or_else(|| sound_name(&format!("{worker}-{environment}")), sound_name)
}

fn own_name(checked: &Checked) -> Option<&str> {
    checked.wrangler.get("name").and_then(toml::Value::as_str)
}

fn sound_name(name: &str) -> Result<String, Vec<Diagnostic>> {
    worker_name(name).map_err(|fault| vec![without_position(fault)])
}

/// A fault of what is not in the file.
pub(super) fn without_position(Fault { code, message, help }: Fault) -> Diagnostic {
    Diagnostic { code, span: 0..0, message, help }
}
