//! The MCP clients of other languages, which the end-to-end tests run.

use std::path::Path;
use std::process::Command;

use cargo_toolgate::step::Step;
use cargo_toolgate::{Result, files};

use crate::run::{cargo, run};

/// Makes those that are no packages of npm.
///
/// # Errors
///
/// When one cannot be installed or built.
pub(crate) fn make(step: &mut Step) -> Result<String> {
    let root = toolgate_tests::repository();
    python(step, &root)?;
    let manifest = ["--manifest-path", "tests/clients/rmcp/Cargo.toml"];
    let target = ["--target-dir", "target/verify/rmcp"];
    cargo(step, "client-rmcp", &[&["build", "--locked"][..], &manifest, &target].concat())?;
    Ok("mcp, fastmcp, rmcp".to_owned())
}

/// The Python packages, in an environment of their own. What was installed is written last, so that
/// an interrupted installation starts over.
fn python(step: &mut Step, root: &Path) -> Result<()> {
    let environment = root.join("target/verify/python");
    let requirements = root.join("tests/clients/python/requirements.txt");
    let wanted = files::read_if_present(&requirements)?;
    let stamp = environment.join("toolgate-requirements.txt");
    if wanted.is_some() && files::read_if_present(&stamp)? == wanted {
        return Ok(());
    }
    let mut venv = Command::new("python3");
    run(step, "client-python", venv.args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    run(step, "client-python", pip.arg(&requirements))?;
    files::write(&stamp, &wanted.unwrap_or_default())
}
