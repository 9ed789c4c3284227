//! `cargo toolgate keys`: the encryption keys of a local file.

mod rotate;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::Result;
use crate::project::Project;

/// Subcommands of `cargo toolgate keys`.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Put a new key before those that .dev.vars has, and say how it is done for a deployed server
    #[command(after_help = HELP)]
    Rotate(Rotation),
}

const HELP: &str = "\
The first key seals; all of them open what was sealed. The file as it was is kept in .toolgate, which
git ignores.

Exit status: 0 written, 1 failed, and then nothing is changed, 2 wrong usage";

/// Arguments of `cargo toolgate keys rotate`.
#[derive(Debug, Args)]
pub struct Rotation {
    /// File with the key; by default the server's .dev.vars
    #[arg(long, value_name = "FILE")]
    vars: Option<PathBuf>,
    /// Print the new list of keys, too
    #[arg(long)]
    print: bool,
}

/// Does it.
///
/// # Errors
///
/// When `mcp.toml` has faults, the file has no usable key, or it cannot be written.
pub fn run(project: &Project, action: &Action) -> Result<()> {
    match action {
        Action::Rotate(Rotation { vars, print }) => rotate::run(project, vars.as_deref(), *print),
    }
}
