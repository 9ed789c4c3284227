//! `cargo toolgate upgrade`: what a newer Toolgate changes in a server's folder, never silently.

mod linker;
mod migration;
mod secrets;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use toml::de::DeTable;
use toolgate_config::deploy::WORKER_BUILD_VERSION;
use toolgate_config::{Checked, SCHEMA_VERSION};

use crate::ask::Consent;
use crate::cargo_lock::Lockfile;
use crate::check::SMALL_IDNA_ADAPTER;
use crate::project::{self, Project};
use crate::{Doing, Result, files, process, schema, sync};

use linker::Linker;
use migration::MIGRATIONS;

/// Text at the end of `--help`.
pub const HELP: &str = "\
Looks at mcp.toml (`schema_version`), the files that follow from it, Cargo.lock and .cargo/config.toml.
Each change is shown with its reason and its lines, and asked for. Comments stay; what mcp.toml was is
kept as mcp.toml.backup. Without a terminal and without `--yes` nothing is changed.

Exit status: 0 up to date, changed, or shown; 1 failed, or with --check something to change; 2 wrong usage

Examples:
    cargo update -p toolgate && cargo toolgate upgrade
    cargo toolgate upgrade --check";

/// Arguments of `cargo toolgate upgrade`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Make every change without asking
    #[arg(long)]
    yes: bool,
    /// Change nothing, and fail where there is something to change
    #[arg(long, conflicts_with = "yes")]
    check: bool,
}

/// Shows what there is to change, and changes it; false where `--check` found something.
///
/// # Errors
///
/// When `mcp.toml` has faults that no change here removes, or a file cannot be written.
pub fn run(project: &Project, arguments: &Arguments) -> Result<bool> {
    let consent = if arguments.check { Consent::Withheld } else { Consent::of(arguments.yes) };
    let mut upgrade = Upgrade { project, consent, found: 0, made: 0 };
    let checked = upgrade.configuration()?;
    upgrade.generated(&checked)?;
    upgrade.lockfile()?;
    upgrade.linker()?;
    if upgrade.made > 0 {
        schema::refresh(project)?;
    }
    let package = &project.package;
    match upgrade.found - upgrade.made {
        0 => println!("{package} is up to date with Toolgate {}", env!("CARGO_PKG_VERSION")),
        left => println!("{package}: {left} to change; `cargo toolgate upgrade` asks for each"),
    }
    Ok(!arguments.check || upgrade.found == 0)
}

struct Upgrade<'a> {
    project: &'a Project,
    consent: Consent,
    /// Number of changes that there are, and of those that were made.
    found: usize,
    made: usize,
}

impl Upgrade<'_> {
    /// Shows a change. Whether it is to be made.
    fn offer(&mut self, title: &str, why: &str, lines: &[String]) -> Result<bool> {
        self.found += 1;
        println!("{}. {title}\n   {why}", self.found);
        for line in lines {
            println!("     {line}");
        }
        let yes = self.consent.to("   Change it")?;
        self.made += usize::from(yes);
        println!();
        Ok(yes)
    }

    /// `mcp.toml` from version to version.
    fn configuration(&mut self) -> Result<Checked> {
        let path = self.project.config_file();
        let old = std::fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
        let is_newer = |version: i64| version > SCHEMA_VERSION;
        if DeTable::parse(&old).is_err() || version(&old).is_some_and(is_newer) {
            return self.project.config();
        }
        let mut text = old.clone();
        for migration in MIGRATIONS {
            let Ok(document) = DeTable::parse(&text) else { break };
            let Some(new) = (migration.change)(&text, document.get_ref()) else { continue };
            let lines = sync::difference(&text, &new);
            if self.offer(migration.title, migration.why, &lines)? {
                text = new;
            }
        }
        let checked = toolgate_config::check(&text)
            .map_err(|faults| project::render(&faults, &text, "mcp.toml"))?;
        if text != old {
            replace(&path, &old, &text)?;
        }
        Ok(checked)
    }

    /// Changes that follow from `mcp.toml`.
    fn generated(&mut self, checked: &Checked) -> Result<()> {
        for file in sync::generated(self.project, checked)? {
            if !file.is_stale() {
                continue;
            }
            let lines = file.changes();
            let title = format!("{} is rewritten from mcp.toml", file.name);
            if self.offer(&title, &why(&lines), &lines)? {
                file.write()?;
            }
        }
        Ok(())
    }

    fn lockfile(&mut self) -> Result<()> {
        let folder = &self.project.workspace;
        if files::read_if_present(&folder.join("Cargo.lock"))?.is_none() {
            return Ok(());
        }
        let lockfile = Lockfile::read(folder)?;
        let large = lockfile.versions("idna_adapter").filter(|found| *found != SMALL_IDNA_ADAPTER);
        for found in large {
            let title = format!("Cargo.lock takes idna_adapter {SMALL_IDNA_ADAPTER}, not {found}");
            let why = "the newer ones add 46 KB of Unicode tables to the Worker, for host names that it refuses";
            let package = format!("idna_adapter@{found}");
            let arguments = ["update", "-p", &package, "--precise", SMALL_IDNA_ADAPTER];
            let line = format!("cargo {}", arguments.join(" "));
            if self.offer(&title, why, &[line])? {
                let mut command = Command::new("cargo");
                process::run(command.args(arguments).current_dir(folder), |_| ())?;
            }
        }
        Ok(())
    }

    fn linker(&mut self) -> Result<()> {
        let why =
            "function names are a fifth of a Worker, and two sections must stay for wasm-bindgen";
        match linker::look(self.project)? {
            Linker::Fine => {}
            Linker::Other(path) => {
                println!(
                    "note: {} has other flags for Wasm; as a new server has it:",
                    path.display()
                );
                println!("{}", linker::SECTION);
            }
            Linker::Addable(path, old) => {
                let title = format!("{} says how the Worker is linked", self.shown(&path));
                let lines: Vec<_> =
                    linker::SECTION.lines().map(|line| format!("+ {line}")).collect();
                if !self.offer(&title, why, &lines)? {
                    return Ok(());
                }
                match old {
                    Some(old) => replace(&path, &old, &appended(&old))?,
                    None => create(&path)?,
                }
            }
        }
        Ok(())
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.project.root).unwrap_or(path).display().to_string()
    }
}

fn version(text: &str) -> Option<i64> {
    migration::version_of(DeTable::parse(text).ok()?.get_ref())
}

/// Why a generated file is another one now.
fn why(lines: &[String]) -> String {
    let adds = |word: &str| lines.iter().any(|line| line.starts_with('+') && line.contains(word));
    let mut why = "it is not what mcp.toml and this Toolgate say".to_owned();
    if adds("worker-build@") {
        why.push_str(&format!(
            "; worker-build {WORKER_BUILD_VERSION} is the one that understands this `worker` crate"
        ));
    }
    if adds("compatibility_date") {
        why.push_str("; the date is the newest that the workerd of this Toolgate knows");
    }
    why
}

fn appended(old: &str) -> String {
    let gap = if old.is_empty() || old.ends_with("\n\n") {
        ""
    } else if old.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    format!("{old}{gap}{}", linker::SECTION)
}

fn create(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))?;
    files::write(path, linker::SECTION)
}

/// Writes a file whose former text stays beside it.
fn replace(path: &Path, old: &str, new: &str) -> Result<()> {
    let mut backup = path.as_os_str().to_owned();
    backup.push(".backup");
    let backup = PathBuf::from(backup);
    files::write_like(&backup, old, path)?;
    files::write_like(path, new, path)?;
    println!("what {} was: {}\n", path.display(), backup.display());
    Ok(())
}
