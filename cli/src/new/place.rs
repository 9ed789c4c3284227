//! The new folder: made beside its place, and renamed when it is complete.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::Project;
use crate::{Error, Result, files, process, schema};

use super::template::File;

/// Git repository of the new server.
#[derive(Debug)]
pub(super) enum Repository {
    /// In one that was there, or in one of its own.
    Present,
    /// In none, for that reason.
    Failed(String),
}

/// Removed again unless it became the server.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After the renaming there is none.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Refuses a folder that is there already: it belongs to somebody.
pub(super) fn refuse_existing(folder: &Path) -> Result<()> {
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Error::new(format!("{} is there already, and was not touched", folder.display()))
        .help("choose another name, or move it away"))
}

/// Writes a server into a new folder of `parent`: all of it, or nothing.
///
/// # Errors
///
/// When there is something of that name, or `parent` cannot be written to.
pub(super) fn place(parent: &Path, name: &str, made: &[File]) -> Result<Repository> {
    let target = parent.join(name);
    refuse_existing(&target)?;
    let unfinished = Unfinished(parent.join(format!(".{name}.{}.tmp", std::process::id())));
    let folder = &unfinished.0;
    let write = |error| files::not_written(&target, &error);
    fs::create_dir(folder).map_err(write)?;
    for File { path, text } in made {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(write)?;
        fs::write(&path, text).map_err(write)?;
    }
    let package = name.to_owned();
    schema::refresh(&Project { root: folder.clone(), workspace: folder.clone(), package })?;
    let repository = repository(parent, folder);
    fs::rename(folder, &target).map_err(write)?;
    Ok(repository)
}

/// Makes one, as `cargo new` does, where there is none.
fn repository(parent: &Path, folder: &Path) -> Repository {
    let git = |folder: &Path, arguments: &[&str]| {
        process::run(Command::new("git").args(arguments).current_dir(folder), |_| ())
    };
    if git(parent, &["rev-parse", "--is-inside-work-tree"]).is_ok() {
        return Repository::Present;
    }
    // The branch that .github/workflows/deploy.yml deploys.
    match git(folder, &["init", "--quiet", "--initial-branch", "main"]) {
        Ok(_) => Repository::Present,
        Err(error) => Repository::Failed(error.message().to_owned()),
    }
}
