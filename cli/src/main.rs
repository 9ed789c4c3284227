//! `cargo toolgate`.

use std::path::PathBuf;
use std::process::ExitCode;

use cargo_toolgate::dev::{self, Profile};
use cargo_toolgate::project::Project;
use cargo_toolgate::{Doing, Result, check, schema, setup, sync};
use clap::{Args, Parser, Subcommand};
use toolgate_config::deploy::DEV_PORT;

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
    /// Run the server on this machine, with a local identity provider, and rebuild on changes
    Dev {
        /// Port of the server
        #[arg(long, default_value_t = DEV_PORT)]
        port: u16,
        /// Compile as for deployment
        #[arg(long)]
        release: bool,
    },
    /// Write wrangler.jsonc and .dev.vars.example from mcp.toml
    Sync,
    /// Look for mistakes without building
    Check,
    /// Print the JSON Schema of mcp.toml, for editors
    Schema,
    /// Install the tools that building and running need, into .toolgate
    Setup,
}

fn main() -> ExitCode {
    let Cargo::Toolgate(arguments) = Cargo::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Toolgate) -> Result<()> {
    if let Command::Schema = arguments.command {
        return schema::print();
    }
    let folder = match arguments.project {
        Some(folder) => folder,
        None => PathBuf::from("."),
    };
    let folder = folder.canonicalize().doing(|| format!("open {}", folder.display()))?;
    let project = Project::find(&folder)?;
    match arguments.command {
        Command::Dev { port, release } => {
            let profile = if release { Profile::Release } else { Profile::Dev };
            dev::run(&project, dev::Options { port, profile })
        }
        Command::Sync => sync::run(&project),
        Command::Check => check::run(&project),
        Command::Schema => schema::print(),
        Command::Setup => {
            project.ensure_lockfile()?;
            setup::ensure(&project.workspace).map(drop)
        }
    }
}
