//! Running the programs of a check: their output goes to a file, and its end is shown on failure.

use std::io::Write;
use std::process::Command;

use cargo_toolgate::step::{Step, cargo_progress};
use cargo_toolgate::{Doing, Error, Result, process};

/// How much of a failed check is shown. A failed test is far from the end of the output of all.
const LINES_SHOWN: usize = 150;

/// Runs a program in the repository and returns everything it said.
///
/// # Errors
///
/// When it fails: with its last lines, and where the others are.
pub(crate) fn run(step: &mut Step, name: &str, command: &mut Command) -> Result<String> {
    let folder = toolgate_tests::repository().join("target/verify");
    std::fs::create_dir_all(&folder).doing(|| format!("create {}", folder.display()))?;
    let path = folder.join(format!("{name}.log"));
    let mut log = std::fs::File::create(&path).doing(|| format!("create {}", path.display()))?;
    let mut lines = Vec::new();
    if command.get_current_dir().is_none() {
        command.current_dir(toolgate_tests::repository());
    }
    // What `cargo toolgate` needs is there since the set-up; its own folder would take minutes to fill.
    command.env("TOOLGATE_DIR", toolgate_tests::tools().folder());
    let ended = process::run(command, |line| {
        step.progress(cargo_progress(line).unwrap_or(line.trim()));
        // The log is a convenience: a full disk fails the check by itself.
        let _ = writeln!(log, "{line}");
        lines.push(line.to_owned());
    });
    match ended {
        Ok(_) => Ok(lines.join("\n")),
        Err(error) if lines.is_empty() => Err(error),
        Err(_) => {
            let shown = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
            Err(Error::new(format!("`{}` failed", process::describe(command)))
                .output(shown.join("\n"))
                .help(format!("everything it said: {}", path.display())))
        }
    }
}

/// `cargo` with these arguments.
pub(crate) fn cargo(step: &mut Step, name: &str, arguments: &[&str]) -> Result<String> {
    run(step, name, Command::new("cargo").args(arguments))
}
