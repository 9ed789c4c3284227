//! `cargo toolgate doctor`: whether a server has everything that it needs, and the fix where it has
//! not. Nothing is installed, compiled or written.

mod address;
mod clients;
mod clock;
mod fetch;
mod finding;
mod key;
mod limits;
mod programs;
mod provider;
pub(crate) mod recheck;
mod redirect;
mod report;
mod rust;
mod secrets;
mod sources;
mod third_party;
mod triggers;
mod vars;

use std::path::PathBuf;

use clap::Args;
use toolgate_config::Checked;

use crate::project::Project;
use crate::running::Running;
use crate::tools::Tools;
use crate::{Result, plan, toolchain};

pub use address::ServerUrl;
pub use finding::{Finding, Status};
pub(crate) use redirect::{account_redirect_uri, redirect_uri};
use report::Report;
use secrets::Subject;
pub(crate) use secrets::warnings as missing_secrets;
use vars::{DEV_VARS, Vars};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Looks at Rust and its Wasm target, Node.js and the installed tools, mcp.toml and what follows from
it, Cargo.lock, the secrets of a local file and the strength of its encryption key, the redirect URI
to enter at the identity provider, whether that provider can be reached, the metadata of the third
parties at which people connect accounts, and this machine's clock.
Nothing is changed, and no value of a secret is printed.

Exit status: 0 no problems, perhaps warnings; 1 problems; 2 wrong usage

Examples:
    cargo toolgate doctor --url https://my-server.example.workers.dev --vars .prod.vars
    cargo toolgate doctor --env preview --vars .preview.vars";

/// Arguments of `cargo toolgate doctor`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Address of the deployed server; by default that of a local run
    #[arg(long, value_name = "https://HOST")]
    url: Option<ServerUrl>,
    /// File with the values of variables and secrets; by default the server's .dev.vars
    #[arg(long, value_name = "FILE")]
    vars: Option<PathBuf>,
    /// Environment: `[env.NAME]` of mcp.toml
    #[arg(long, value_name = "NAME", requires = "vars")]
    env: Option<String>,
    /// Ask nobody: leaves out the identity provider, third parties and the clock
    #[arg(long)]
    offline: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Prints what was found; true where there are no problems.
///
/// # Errors
///
/// When the report cannot be printed, or `mcp.toml` has no such environment.
pub fn run(project: &Project, arguments: &Arguments) -> Result<bool> {
    if project.config().is_ok() {
        project.config_in(arguments.env.as_deref())?;
    }
    let report = Report::new(&project.package, examine(project, arguments));
    report.print(arguments.json)?;
    Ok(report.is_sound())
}

/// Looks at everything. No finding keeps another from being made, but for those that a broken
/// `mcp.toml` leaves nothing to look at.
pub fn examine(project: &Project, arguments: &Arguments) -> Vec<Finding> {
    let tools = toolchain::tools(&project.workspace);
    let mut findings = rust::findings(project);
    findings.extend(programs::findings(project, &tools));
    findings.extend(sources::findings(project));
    match project.config_in(arguments.env.as_deref()) {
        Ok(checked) => findings.extend(server(project, &tools, &checked, arguments)),
        Err(_) => findings.push(Finding::warning(
            "sign-in",
            "secrets, redirect URI and identity provider were not looked at: mcp.toml names them",
            "correct mcp.toml, then run this again",
        )),
    }
    findings
}

/// Findings that follow from `mcp.toml`.
fn server(
    project: &Project,
    tools: &Tools,
    checked: &Checked,
    arguments: &Arguments,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_here = arguments.url.as_ref().is_none_or(ServerUrl::is_local);
    let subject = if is_here && arguments.vars.is_none() && arguments.env.is_none() {
        Subject::Local
    } else {
        Subject::Deployed(arguments.env.as_deref())
    };
    let vars = variables(project, checked, arguments).unwrap_or_else(|finding| {
        findings.push(finding);
        Vars::of(DEV_VARS, None, &checked.wrangler)
    });
    if findings.is_empty() {
        findings.extend(secrets::findings(checked, &vars, subject));
        findings.extend(key::finding(&checked.config.tokens.encryption_key, &vars));
    }
    let server = arguments.url.clone().unwrap_or_else(|| local(project));
    findings.extend(redirect::findings(&checked.config, &server));
    let held = plan::holds(&checked.config).into_iter();
    findings.extend(held.map(|held| Finding::ok("plan", held)));
    findings.extend(triggers::finding(checked));
    findings.extend(clients::finding(&checked.config, &project.root));
    findings.extend(limits::finding(checked.config.identity.provider, &checked.config.limits));
    findings.extend(recheck::finding(&checked.config));
    if !arguments.offline {
        findings.extend(sign_in(tools, checked, &vars, &server, subject));
        findings.extend(third_party::findings(tools, &checked.config));
    }
    findings
}

/// Address at which `cargo toolgate dev` serves, or would.
fn local(project: &Project) -> ServerUrl {
    let running = Running::of(project).and_then(|running| running.url.parse().ok());
    running.unwrap_or_else(ServerUrl::of_dev)
}

/// The variables of the file that was named, or else of the server's own, which may be absent.
fn variables(
    project: &Project,
    checked: &Checked,
    arguments: &Arguments,
) -> std::result::Result<Vars, Finding> {
    let file = arguments.vars.as_ref();
    let path = file.cloned().unwrap_or_else(|| project.root.join(DEV_VARS));
    let name = file.map_or_else(|| DEV_VARS.to_owned(), |file| file.display().to_string());
    match Vars::read(&path, &name, &checked.wrangler) {
        Ok(vars) if vars.is_there || file.is_none() => Ok(vars),
        Ok(_) => Err(Finding::problem(
            "secrets",
            format!("there is no {name}"),
            "name a file that is there by `--vars FILE`",
        )),
        Err(error) => Err(Finding::problem(
            "secrets",
            error.message(),
            "make it a text file that you may read",
        )),
    }
}

/// Findings on the identity provider's answer, and on its clock.
fn sign_in(
    tools: &Tools,
    checked: &Checked,
    vars: &Vars,
    server: &ServerUrl,
    subject: Subject<'_>,
) -> Vec<Finding> {
    let question = match address::question(&checked.config.identity, vars) {
        Ok(Some(question)) => question,
        Ok(None) => {
            let found = "none to reach: `cargo toolgate dev` brings what this server needs";
            return vec![Finding::ok(address::TITLE, found)];
        }
        Err(_) if subject == Subject::Local => {
            let found =
                "not asked: `cargo toolgate dev` has its own; `--vars FILE` says where yours is";
            return vec![Finding::ok(address::TITLE, found)];
        }
        Err(finding) => return vec![finding],
    };
    match fetch::ask(tools, &question) {
        Ok(answer) => vec![provider::finding(&question, server, &answer), clock::finding(&answer)],
        Err(finding) => vec![finding],
    }
}
