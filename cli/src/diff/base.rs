//! The two sides of a comparison: this folder, and a git revision or another folder.

use std::path::Path;
use std::process::Command;

use toolgate_config::Checked;

use crate::lock::{self, Lock};
use crate::project::{self, Project};
use crate::{Error, Result, files, process};

/// A `mcp.toml` with its `mcp.lock`.
pub(super) struct Side {
    pub(super) checked: Checked,
    pub(super) lock: Lock,
}

impl Side {
    /// This folder, as it is.
    pub(super) fn own(project: &Project) -> Result<Self> {
        let (checked, source) = project.config_and_source()?;
        let lock = lock::under(project, &checked, &source)?;
        Ok(Self { checked, lock })
    }

    /// That of a folder, or of the same folder in a git revision.
    pub(super) fn of(project: &Project, base: &str) -> Result<Self> {
        let folder = Path::new(base);
        let read = |name: &str| -> Result<Option<String>> {
            if folder.join("mcp.toml").is_file() {
                files::read_if_present(&folder.join(name))
            } else {
                show(project, base, name)
            }
        };
        let missing = |name: &str| {
            Error::new(format!("{base} has no {name}")).help(
                "name a git revision that has this server, or a folder with mcp.toml and mcp.lock",
            )
        };
        let source = read("mcp.toml")?.ok_or_else(|| missing("mcp.toml"))?;
        let checked = toolgate_config::check(&source).map_err(|diagnostics| {
            project::render(&diagnostics, &source, &format!("{base}:mcp.toml"))
        })?;
        let lock = Lock::parse(&read(lock::NAME)?.ok_or_else(|| missing(lock::NAME))?)?;
        Ok(Self { checked, lock })
    }
}

/// A file of this folder in a git revision; `None` where the revision does not have it.
fn show(project: &Project, revision: &str, name: &str) -> Result<Option<String>> {
    if revision.starts_with('-') {
        return Err(Error::new(format!("`{revision}` is not a git revision")));
    }
    let mut known = Command::new("git");
    known.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
    known.arg(format!("{revision}^{{commit}}")).current_dir(&project.root);
    process::run(&mut known, |_| ()).map_err(|_| {
        Error::new(format!("`{revision}` is neither a folder with an mcp.toml nor a git revision"))
            .help("in CI, fetch it first: `git fetch origin main`, then `cargo toolgate diff origin/main`")
    })?;
    let mut listed = Command::new("git");
    listed.args(["ls-tree", "--name-only", revision, "--", name]).current_dir(&project.root);
    if process::run(&mut listed, |_| ())?.trim().is_empty() {
        return Ok(None);
    }
    let mut command = Command::new("git");
    command.arg("show").arg(format!("{revision}:./{name}")).current_dir(&project.root);
    process::run(&mut command, |_| ()).map(Some)
}
