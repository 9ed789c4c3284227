//! `cargo toolgate`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_toolgate::project::Project;
use cargo_toolgate::{
    Doing, Result, audit, call, check, completions, connect, deploy, dev, diff, doctor, explain,
    keys, lock, matrix, new, prove, schema, setup, sync, terminal, trigger, upgrade, wrangler,
};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// cargo calls this program as `cargo-toolgate toolgate …`.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    Toolgate(Toolgate),
}

/// Access-controlled MCP servers on Cloudflare Workers
#[derive(Args)]
#[command(version)]
struct Toolgate {
    /// Folder of the server; by default the nearest one with an mcp.toml
    #[arg(long, global = true, value_name = "FOLDER")]
    project: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a server in a new folder
    #[command(after_help = new::HELP)]
    New(new::Arguments),
    /// Run the server on this machine, with a dev identity provider, and rebuild on changes
    Dev(dev::Arguments),
    /// Write wrangler.jsonc and .dev.vars.example from mcp.toml
    Sync,
    /// Look for mistakes, and for changes that nobody has agreed to
    #[command(after_help = "Exit status: 0 nothing to complain about, 1 problems, 2 wrong usage")]
    Check {
        /// Leave out what takes compiling the server
        #[arg(long, visible_alias = "offline")]
        no_build: bool,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write mcp.lock: who may call what, for a reviewer to agree to
    #[command(after_help = "Exit status: 0 written or up to date, 1 failed, 2 wrong usage")]
    Lock,
    /// Say whether a person may call a function, and which condition decides
    #[command(after_help = explain::HELP)]
    Explain(Box<explain::Arguments>),
    /// Show who can call what: accounts of [[dev.users]], and those named here
    #[command(after_help = matrix::HELP)]
    Matrix(matrix::Arguments),
    /// Prove what [[never]] and [[always]] say, for all callers
    #[command(after_help = prove::HELP)]
    Prove(prove::Arguments),
    /// Say who gains and who loses by a change of policies, for all callers
    #[command(after_help = diff::HELP)]
    Diff(diff::Arguments),
    /// Say how to add the server to a client, or write it into the client's file
    #[command(after_help = connect::HELP)]
    Connect(connect::Arguments),
    /// Sign in and call a tool
    #[command(after_help = call::HELP)]
    Call(call::Arguments),
    /// List whose grants there are at a deployed server, and end them
    #[command(after_help = call::grants::HELP)]
    Grants {
        #[command(subcommand)]
        action: call::grants::Action,
    },
    /// Start a function of the running `dev` that no client starts: a cron, a message, a mail
    #[command(after_help = trigger::HELP)]
    Trigger(trigger::Arguments),
    /// Look at everything that a server needs: tools, files, secrets, identity provider, clock
    #[command(after_help = doctor::HELP)]
    Doctor(doctor::Arguments),
    /// Check, build and deploy the server, or go through the motions
    #[command(after_help = deploy::HELP)]
    Deploy(deploy::Arguments),
    /// Run wrangler, in the version and with the Node.js that servers are built with
    #[command(after_help = wrangler::HELP)]
    Wrangler {
        /// For wrangler, as they are
        #[arg(last = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Renew the encryption key of this machine, and say how that of a deployed server is renewed
    Keys {
        #[command(subcommand)]
        action: keys::Action,
    },
    /// Say whether the audit trail in a log is this server's, and whole
    #[command(after_help = audit::HELP)]
    Audit(audit::Arguments),
    /// Print what a shell needs to complete the commands
    #[command(after_help = completions::HELP)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the JSON Schema of mcp.toml, for editors
    Schema,
    /// Install the tools, say what to do at the identity provider, make what the server needs at Cloudflare
    #[command(after_help = setup::HELP)]
    Setup(setup::Arguments),
    /// Show what a newer Toolgate changes in the server's folder, and change it
    #[command(after_help = upgrade::HELP)]
    Upgrade(upgrade::Arguments),
}

/// Exit status for a question on policies that has no answer: 1 is an answer.
const UNANSWERED: u8 = 2;

/// As cargo gives them: people and completions call the program by its own name, without that word.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_none_or(|first| first != "toolgate") {
        arguments.insert(arguments.len().min(1), "toolgate".into());
    }
    arguments
}

fn main() -> ExitCode {
    terminal::until_stdout_is_closed(command)
}

fn command() -> ExitCode {
    let Cargo::Toolgate(arguments) = Cargo::parse_from(arguments());
    if let Command::Call(call) = &arguments.command {
        let folder = arguments.project.as_deref().unwrap_or(Path::new("."));
        // Without a server's folder there is a server to call nevertheless.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        return ExitCode::from(call::run(&folder, call));
    }
    if let Command::Grants { action } = &arguments.command {
        return ExitCode::from(call::grants::run(action));
    }
    let asks = matches!(
        arguments.command,
        Command::Explain(_) | Command::Matrix(_) | Command::Prove(_) | Command::Diff(_)
    );
    match run(arguments) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("error: {error}");
            if asks { ExitCode::from(UNANSWERED) } else { ExitCode::FAILURE }
        }
    }
}

/// The exit status of a command that has done its work: 1 where the answer is no.
fn run(arguments: Toolgate) -> Result<u8> {
    match &arguments.command {
        Command::Prove(prove) => prove::run(&project(&arguments)?, prove),
        Command::Diff(diff) => diff::run(&project(&arguments)?, diff),
        _ => answer(arguments).map(|is_yes| u8::from(!is_yes)),
    }
}

/// The server that the command is about.
fn project(arguments: &Toolgate) -> Result<Project> {
    Project::find(&folder(arguments)?)
}

fn folder(arguments: &Toolgate) -> Result<PathBuf> {
    let folder = arguments.project.as_deref().unwrap_or(Path::new("."));
    folder.canonicalize().doing(|| format!("open {}", folder.display()))
}

/// False where a command has done its work and the answer is no.
fn answer(arguments: Toolgate) -> Result<bool> {
    if let Command::Schema = arguments.command {
        schema::print()?;
        return Ok(true);
    }
    if let Command::Completions { shell } = arguments.command {
        complete(shell)?;
        return Ok(true);
    }
    let folder = folder(&arguments)?;
    if let Command::Connect(arguments) = &arguments.command {
        connect::run(&folder, arguments)?;
        return Ok(true);
    }
    if let Command::New(arguments) = &arguments.command {
        new::run(&folder, arguments)?;
        return Ok(true);
    }
    let project = Project::find(&folder)?;
    match arguments.command {
        Command::Dev(arguments) => dev::run(&project, arguments)?,
        Command::Wrangler { arguments } => return wrangler::run(&project, &arguments),
        Command::Sync => sync::run(&project)?,
        Command::Check { no_build, json } => {
            return check::run(&project, check::Options { no_build, json });
        }
        Command::Audit(arguments) => return audit::run(&project, &arguments),
        Command::Keys { action } => keys::run(&project, &action)?,
        Command::Call(arguments) => return Ok(call::run(&folder, &arguments) == 0),
        Command::Grants { action } => return Ok(call::grants::run(&action) == 0),
        Command::Deploy(arguments) => return deploy::run(&project, &arguments),
        Command::Doctor(arguments) => return doctor::run(&project, &arguments),
        Command::Completions { shell } => complete(shell)?,
        Command::Schema => schema::print()?,
        Command::Lock => lock::run(&project)?,
        Command::Connect(arguments) => connect::run(&folder, &arguments)?,
        Command::New(arguments) => new::run(&folder, &arguments)?,
        Command::Explain(arguments) => return explain::run(&project, &arguments),
        Command::Matrix(arguments) => matrix::run(&project, &arguments)?,
        Command::Prove(_) | Command::Diff(_) => {}
        Command::Trigger(arguments) => return trigger::run(&project, &arguments),
        Command::Setup(arguments) => setup::run(&project, &arguments)?,
        Command::Upgrade(arguments) => return upgrade::run(&project, &arguments),
    }
    Ok(true)
}

fn complete(shell: Shell) -> Result<()> {
    let program = clap::Command::new("cargo-toolgate");
    completions::print(shell, &mut Toolgate::augment_args(program))
}
