//! The standard library of `wasm32-unknown-unknown`.

use std::path::Path;
use std::process::Command;

use crate::step::Step;
use crate::{Result, process};

/// Target that a Worker is compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target to the toolchain in use. `rust-toolchain.toml` alone would not: an absent
/// target named there is ignored when automatic installation is off.
pub(super) fn ensure_wasm() -> Result<()> {
    if has_wasm(Path::new("."))? {
        return Ok(());
    }
    let mut step = Step::start(format!("Rust target {TARGET}"));
    let mut add = Command::new("rustup");
    add.args(["target", "add", TARGET]);
    match process::run(&mut add, |line| step.progress(line)) {
        Ok(_) => {
            step.done();
            Ok(())
        }
        Err(error) => {
            step.failed();
            Err(error)
        }
    }
}

/// True if the toolchain that is used in a folder has the target.
pub(crate) fn has_wasm(folder: &Path) -> Result<bool> {
    let mut query = Command::new("rustc");
    query.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder);
    let libraries = process::run(&mut query, |_| ())?;
    Ok(Path::new(libraries.trim()).is_dir())
}
