//! Writing files so that an interruption leaves the old one or the new one, never half of one.

use std::fs;
use std::path::Path;

use crate::{Doing, Error, Result};

/// Replaces `path` by `contents` in one step.
///
/// # Errors
///
/// When the folder cannot be written to.
pub fn write(path: &Path, contents: &str) -> Result<()> {
    let describe = || format!("write {}", path.display());
    let name = path.file_name().ok_or_else(|| Error::new(format!("cannot {}", describe())))?;
    let mut temporary = name.to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(temporary);
    fs::write(&temporary, contents).doing(describe)?;
    fs::rename(&temporary, path).doing(describe)
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
