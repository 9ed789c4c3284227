//! The pinned wrangler: `cargo toolgate wrangler`, and what other commands run.

use std::process::Command;

use toolgate_config::deploy::ENVIRONMENT;

use crate::project::Project;
use crate::tools::Tools;
use crate::{Result, process, toolchain};

/// Command that runs wrangler, with the Node.js and the version that a server is built with.
pub(crate) const TYPED: &str = "cargo toolgate wrangler --";

/// Text at the end of `--help`.
pub const HELP: &str = "\
Runs the wrangler and the Node.js that Toolgate is tested with, in the server's folder. Everything behind
`--` is wrangler's.

Exit status: 0 where wrangler's is, else 1

Examples:
    cargo toolgate wrangler -- login
    cargo toolgate wrangler -- tail
    cargo toolgate wrangler -- d1 execute DB --local --command 'SELECT * FROM notes'";

/// Runs it as if it had been called itself; false where it failed.
///
/// # Errors
///
/// When a tool cannot be installed, or wrangler not be started.
pub fn run(project: &Project, arguments: &[String]) -> Result<bool> {
    project.ensure_lockfile()?;
    let tools = toolchain::ensure(&project.workspace)?;
    let mut command = command(project, &tools);
    command.args(arguments);
    let status = command.status().map_err(|error| process::not_started(&command, &error))?;
    Ok(status.success())
}

/// wrangler in the server's folder, with our tools before all others.
pub(crate) fn command(project: &Project, tools: &Tools) -> Command {
    let mut command = Command::new(tools.npm_binary("wrangler"));
    command.current_dir(&project.root).envs(tools.environment());
    // The build has it from wrangler.jsonc. These would override what is asked for.
    command.env_remove(ENVIRONMENT).env_remove("CLOUDFLARE_ENV").env_remove("TOOLGATE_DEV");
    command
}
