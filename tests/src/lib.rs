//! The tests of the whole of Toolgate, and the two commands that a visitor runs first:
//! `cargo demo` and `cargo verify`.

use std::path::{Path, PathBuf};

use cargo_toolgate::Result;
use cargo_toolgate::project::Project;
use cargo_toolgate::tools::Tools;

/// The root of the repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// The example that the demo runs and the tests deploy.
///
/// # Errors
///
/// When it is not there.
pub fn example() -> Result<Project> {
    Project::find(&repository().join("examples/access"))
}

/// The same server with its grants in Workers KV.
///
/// # Errors
///
/// When it is not there.
pub fn example_on_kv() -> Result<Project> {
    Project::find(&repository().join("tests/kv"))
}

/// The same server with its grants in D1.
///
/// # Errors
///
/// When it is not there.
pub fn example_on_d1() -> Result<Project> {
    Project::find(&repository().join("tests/d1"))
}

/// Where the tools are: a clone brings its own, unless `TOOLGATE_DIR` names a folder.
pub fn tools() -> Tools {
    Tools::named().unwrap_or_else(|| Tools::at(repository().join(".toolgate")))
}

/// Installs everything that building and running the example needs.
///
/// # Errors
///
/// When a step fails: which one, and what to do.
pub fn set_up() -> Result<Tools> {
    let tools = tools();
    cargo_toolgate::toolchain::ensure_in(&tools, &repository())?;
    Ok(tools)
}
