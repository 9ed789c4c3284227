//! Writing files so that an interruption leaves the old one or the new one, never half of one.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::{Doing, Error, Result};

/// Replaces `path` by `contents` in one step.
///
/// # Errors
///
/// When the folder cannot be written to; then everything is as it was.
pub fn write(path: &Path, contents: &str) -> Result<()> {
    let temporary = temporary(path)?;
    fs::write(&temporary, contents).and_then(|()| fs::rename(&temporary, path)).map_err(|error| {
        // The file may not even have come to be.
        let _ = fs::remove_file(&temporary);
        not_written(path, &error)
    })
}

/// Path at which a file is made before it gets its name.
fn temporary(path: &Path) -> Result<PathBuf> {
    let name =
        path.file_name().ok_or_else(|| Error::new(format!("cannot write {}", path.display())))?;
    let mut temporary = name.to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(temporary))
}

/// Error for a path that could not be written, with its remedy.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> Error {
    let failure = Error::new(format!("cannot write {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            failure.help("make its folder writable for yourself, then run this again")
        }
        io::ErrorKind::StorageFull => failure.help("make room on the disk, then run this again"),
        _ => failure,
    }
}

/// As [`write()`], for secrets: readable by the owner only.
///
/// # Errors
///
/// When the folder cannot be written to.
pub fn write_secret(path: &Path, contents: &str) -> Result<()> {
    let describe = || format!("write {}", path.display());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = options.open(&temporary).doing(describe)?;
    std::io::Write::write_all(&mut file, contents.as_bytes()).doing(describe)?;
    fs::rename(&temporary, path).doing(describe)
}

/// As [`write()`], with the permissions that another file has: who may not read that one may not
/// read this one either, at no time.
///
/// # Errors
///
/// When the folder cannot be written to; then everything is as it was.
pub fn write_like(path: &Path, contents: &str, model: &Path) -> Result<()> {
    let permissions = fs::metadata(model).map_err(|error| not_written(path, &error))?.permissions();
    let temporary = temporary(path)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary).map_err(|error| not_written(path, &error))?;
    io::Write::write_all(&mut file, contents.as_bytes())
        .and_then(|()| fs::set_permissions(&temporary, permissions))
        .and_then(|()| fs::rename(&temporary, path))
        .map_err(|error| {
            // What it could not become is of no use.
            let _ = fs::remove_file(&temporary);
            not_written(path, &error)
        })
}

/// The contents of `path`, or `None` when there is no such file.
///
/// # Errors
///
/// When the file is there and cannot be read.
pub fn read_if_present(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(contents) => Ok(Some(contents)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::new(format!("cannot read {}: {error}", path.display()))),
    }
}

/// Makes a folder that git ignores, and everything above it.
///
/// # Errors
///
/// When it cannot be made.
pub fn create_ignored_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).doing(|| format!("create {}", path.display()))?;
    let ignore = path.join(".gitignore");
    if ignore.exists() { Ok(()) } else { write(&ignore, "*\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let folder = std::env::temp_dir().join(format!("toolgate-files-{}", std::process::id()));
        // A folder is in the way: even root cannot rename a file over it.
        fs::create_dir_all(folder.join("mcp.lock/full")).expect("a folder");
        let error = write(&folder.join("mcp.lock"), "text").expect_err("it is refused");
        assert!(error.to_string().contains("cannot write"), "{error}");
        let left = fs::read_dir(&folder).expect("the folder").count();
        assert_eq!(left, 1, "only what was there");
        fs::remove_dir_all(&folder).expect("it is removed");
    }

    #[test]
    fn a_folder_that_is_not_writable_names_the_fix() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let error = not_written(Path::new("mcp.lock"), &denied).to_string();
        assert!(error.contains("help: make its folder writable"), "{error}");
    }
}
