//! Building the Worker.

use std::process::Command;
use std::time::{Duration, Instant};

use toolgate_config::deploy::ENVIRONMENT;
use toolgate_config::stand_in;

use crate::project::Project;
use crate::step::{Step, cargo_progress};
use crate::tools::Tools;
use crate::{Result, process};

/// Profile that the Worker is compiled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Fast to build.
    Dev,
    /// As it is deployed.
    Release,
}

/// Durations of the parts of a build.
#[derive(Debug, Clone, Copy, Default)]
pub struct Took {
    /// cargo.
    pub compiling: Duration,
    /// wasm-bindgen and esbuild.
    pub bundling: Duration,
}

/// Runs worker-build as a deployment does, but for this machine: only such a build may use the
/// dev identity provider, and where the configured one has fixed addresses it is asked to.
///
/// # Errors
///
/// The compiler's last lines.
pub fn build(project: &Project, tools: &Tools, profile: Profile) -> Result<Took> {
    let mut step = Step::start(format!("{} to WebAssembly", project.package));
    let mut command = Command::new(tools.cargo_binary("worker-build"));
    command.arg(if profile == Profile::Dev { "--dev" } else { "--release" });
    command.current_dir(&project.root).envs(tools.environment()).env("TOOLGATE_DEV", "1");
    if stand_in::is_needed(&project.config()?.config.identity) {
        command.env(stand_in::BUILD_VARIABLE, stand_in::BUILD_VALUE);
    } else {
        command.env_remove(stand_in::BUILD_VARIABLE);
    }
    // Which environment of mcp.toml is deployed does not matter on this machine.
    command.env_remove(ENVIRONMENT);
    // worker-build would end with a backtrace of itself, after what the compiler has to say.
    command.env("RUST_BACKTRACE", "0");
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    let started = Instant::now();
    let mut compiled = None;
    let built = process::run_logged(&mut command, &project.log("build"), |line| {
        if line.trim_start().starts_with("Finished `") {
            compiled = Some(started.elapsed());
        }
        step.progress(cargo_progress(line).unwrap_or(line.trim()));
    });
    match built {
        Ok(_) => {
            let whole = step.done();
            let compiling = compiled.unwrap_or(whole);
            Ok(Took { compiling, bundling: whole.saturating_sub(compiling) })
        }
        Err(error) => {
            step.failed();
            Err(error)
        }
    }
}
