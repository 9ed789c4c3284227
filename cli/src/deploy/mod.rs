//! `cargo toolgate deploy`: checks a server, and has wrangler build and upload it.

mod failure;
mod jurisdiction;
mod outcome;
mod run;
mod size;
mod wrangler;

use clap::Args;
use toolgate_config::{Checked, Provider};

use crate::printable::printable;
use crate::project::Project;
use crate::{Error, Result, check, setup};

pub use outcome::Outcome;
pub use wrangler::Wrangler;

/// What follows the arguments in `--help`.
pub const HELP: &str = "\
Examples:
  cargo toolgate deploy --dry-run
  cargo toolgate deploy --env preview
  cargo toolgate deploy -- --secrets-file .secrets.env

Exit status: 0 deployed, or as good as, 1 problems or not deployed, 2 wrong usage";

/// What is deployed, and how.
#[derive(Debug, Clone, Default, Args)]
pub struct Arguments {
    /// Build and check the bundle, but upload nothing: needs no account
    #[arg(long)]
    pub dry_run: bool,
    /// Environment: `[env.NAME]` of mcp.toml
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Upload a version that gets no requests yet, and say how it gets some
    #[arg(long)]
    pub gradual: bool,
    /// Deploy although the live Worker keeps its objects in another jurisdiction, where grants,
    /// sessions, tasks and state are then left behind
    #[arg(long)]
    pub lose_grants: bool,
    /// For wrangler, as they are
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub wrangler: Vec<String>,
}

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
    let tools = setup::ensure(&project.workspace)?;
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
    if !matches!(provider, Provider::Dev | Provider::None) {
        return Ok(());
    }
    let name = provider.name();
    Err(Error::new(format!("a server with `provider = \"{name}\"` is for this machine only")).help(
        "choose another `provider` in [identity] of mcp.toml, or in [env.NAME.identity] for one \
         environment",
    ))
}
