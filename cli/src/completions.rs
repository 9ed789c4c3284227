//! `cargo toolgate completions`: what a shell needs to complete the commands.

use clap::Command;
use clap_complete::{Shell, generate};

use crate::{Doing, Result, terminal};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Completes `cargo-toolgate …`, which is the same as `cargo toolgate …`: cargo's own completion does not
ask the programs that cargo runs.

Exit status: 0 printed, 1 failed, 2 wrong usage

Examples:
    cargo toolgate completions bash > ~/.local/share/bash-completion/completions/cargo-toolgate
    cargo toolgate completions fish > ~/.config/fish/completions/cargo-toolgate.fish
    cargo toolgate completions zsh > ~/.zfunc/_cargo-toolgate # a folder of $fpath";

/// Prints the script of a shell.
///
/// # Errors
///
/// When it cannot be printed.
pub fn print(shell: Shell, command: &mut Command) -> Result<()> {
    let mut script = Vec::new();
    generate(shell, command, "cargo-toolgate", &mut script);
    terminal::print(&String::from_utf8(script).doing(|| "print the script".to_owned())?)
}
