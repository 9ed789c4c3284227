//! `cargo toolgate deploy`: checks a server, and has wrangler build and upload it.

mod arguments;
mod failure;
mod jurisdiction;
mod migrations;
mod outcome;
mod run;
mod size;
mod wrangler;

use toolgate_config::Checked;

use crate::printable::printable;
use crate::project::Project;
use crate::{Error, Result, check, toolchain};

pub use arguments::Arguments;
pub use outcome::Deployment;
pub use wrangler::Wrangler;

/// Text after the arguments in `--help`.
pub const HELP: &str = "\
Examples:
  cargo toolgate deploy --dry-run
  cargo toolgate deploy --env preview
  cargo toolgate deploy --migrate
  cargo toolgate deploy -- --secrets-file .prod.vars

Exit status: 0 deployed, or as good as, 1 problems or not deployed, 2 wrong usage";

/// Checks, builds and uploads. False where the check has found problems, which it says itself.
///
/// # Errors
///
/// Why nothing was deployed, and what to do.
pub fn run(project: &Project, arguments: &Arguments) -> Result<bool> {
    let environment = arguments.env.as_deref();
    let checked = project.config_in(environment)?;
    refuse_local(&checked)?;
    let worker = project.worker(environment)?;
    project.ensure_lockfile()?;
    let tools = toolchain::ensure(&project.workspace)?;
    let wrangler = Wrangler { project, tools: &tools, worker: &worker, environment };
    if !arguments.dry_run {
        // Not after minutes of building.
        wrangler.require_login()?;
        if !arguments.lose_grants {
            wrangler.require_jurisdiction(&checked)?;
        }
    }
    if !check::run(project, check::Options::default())? {
        return Ok(false);
    }
    if !arguments.dry_run {
        wrangler.migrate(&checked, arguments)?;
    }
    let outcome = wrangler.upload(arguments)?;
    println!("\n{}", outcome.report(&checked, &wrangler, arguments));
    for warning in outcome.warnings() {
        eprintln!("warning: {}\n", printable(&warning));
    }
    Ok(true)
}

/// Such a server does not even compile for deployment.
fn refuse_local(checked: &Checked) -> Result<()> {
    let provider = checked.config.identity.provider;
    if !provider.is_local() {
        return Ok(());
    }
    let name = provider.name();
    Err(Error::new(format!("a server with `provider = \"{name}\"` is for this machine only")).help(
        "choose another `provider` in [identity] of mcp.toml, or in [env.NAME.identity] for one \
         environment",
    ))
}
