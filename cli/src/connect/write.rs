//! Changing a client's file, with the old one beside it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Serialize;

use super::entry::Entry;
use super::merge::{Merge, Merger};
use crate::{Doing, Error, Result, files};

/// Change that was made to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WriteOutcome {
    Added,
    Replaced,
    /// It said so already.
    Unchanged,
}

/// A file as it is now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) outcome: WriteOutcome,
    /// Backup of its former contents, if it had any and they changed.
    pub(super) backup: Option<PathBuf>,
}

/// Puts an entry into a file, which is made where there is none.
///
/// # Errors
///
/// When the file cannot be read, changed or written; then it is as it was.
pub(super) fn write(entry: &Entry, path: &Path, replace: bool) -> Result<Written> {
    let file = followed(path)?;
    let old = files::read_if_present(&file)?;
    let shown = path.display().to_string();
    let merge = Merger { entry, path: &shown, replace }.merge(old.as_deref())?;
    let (outcome, new) = match merge {
        Merge::Nothing => return Ok(Written { outcome: WriteOutcome::Unchanged, backup: None }),
        Merge::Add(new) => (WriteOutcome::Added, new),
        Merge::Replace(new) => (WriteOutcome::Replaced, new),
    };
    let Some(old) = old else {
        let folder = file.parent().unwrap_or(&file);
        fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))?;
        files::write(&file, &new)?;
        return Ok(Written { outcome, backup: None });
    };
    let backup = backup(&file);
    files::write_like(&backup, &old, &file)?;
    files::write_like(&file, &new, &file)?;
    Ok(Written { outcome, backup: Some(backup) })
}

fn backup(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".backup");
    PathBuf::from(name)
}

/// The file that links lead to, so that they stay links.
fn followed(path: &Path) -> Result<PathBuf> {
    match path.canonicalize() {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
            Err(Error::new(format!("{} is a link to a file that does not exist", path.display()))
                .help("create that file, or remove the link"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(Error::new(format!("cannot open {}: {error}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::address::Address;
    use crate::connect::client::Server;
    use crate::connect::clients::CURSOR;

    /// A folder of its own, removed when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let id = std::process::id();
            let folder = std::env::temp_dir().join(format!("toolgate-connect-{name}-{id}"));
            fs::create_dir_all(&folder).expect("a folder");
            Self(folder.canonicalize().expect("a folder"))
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, text).expect("a file");
            path
        }

        fn count(&self) -> usize {
            fs::read_dir(&self.0).expect("a folder").count()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn entry() -> Entry {
        let address = Address::parse("https://demo.acme.workers.dev").expect("an address");
        Entry::of(&CURSOR, &Server { name: "demo", address: &address, global: false })
            .expect("it has a file")
    }

    const OLD: &str = "{\n  \"mcpServers\": {}\n}\n";

    #[test]
    fn a_new_file_comes_with_its_folder_and_without_a_backup() {
        let folder = Folder::new("new");
        let path = folder.0.join(".cursor/mcp.json");
        let written = write(&entry(), &path, false).expect("it is written");
        assert_eq!(written, Written { outcome: WriteOutcome::Added, backup: None });
        assert_eq!(fs::read_dir(folder.0.join(".cursor")).expect("a folder").count(), 1);
    }

    #[test]
    fn the_backup_is_what_was_there_and_a_second_run_writes_nothing() {
        let folder = Folder::new("backup");
        let path = folder.file("mcp.json", OLD);
        let written = write(&entry(), &path, false).expect("it is written");
        let backup = folder.0.join("mcp.json.backup");
        assert_eq!(written, Written { outcome: WriteOutcome::Added, backup: Some(backup.clone()) });
        assert_eq!(fs::read_to_string(&backup).expect("a file"), OLD);
        let new = fs::read_to_string(&path).expect("a file");
        assert!(new.contains("demo.acme.workers.dev"), "{new}");
        fs::remove_file(&backup).expect("a file");
        let again = write(&entry(), &path, false).expect("it is fine");
        assert_eq!(again, Written { outcome: WriteOutcome::Unchanged, backup: None });
        assert_eq!(folder.count(), 1);
        assert_eq!(fs::read_to_string(&path).expect("a file"), new);
    }

    #[test]
    fn a_broken_file_stays_and_has_no_backup() {
        let folder = Folder::new("broken");
        let path = folder.file("mcp.json", "{\n");
        let error = write(&entry(), &path, true).expect_err("it is refused").to_string();
        assert!(error.starts_with(&format!("{}:2:1: EOF", path.display())), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "{\n");
        assert_eq!(folder.count(), 1);
    }

    #[test]
    fn what_cannot_be_made_is_named() {
        let folder = Folder::new("blocked");
        // A file is in the way: even root cannot make a folder of that name.
        folder.file(".cursor", "");
        let path = folder.0.join(".cursor/mcp.json");
        let error = write(&entry(), &path, false).expect_err("it is refused").to_string();
        assert!(error.starts_with("cannot ") && error.contains(".cursor"), "{error}");
        assert_eq!(folder.count(), 1);
        // Where the backup cannot be kept, the file is not changed either.
        let path = folder.file("mcp.json", OLD);
        fs::create_dir_all(folder.0.join("mcp.json.backup/full")).expect("a folder");
        let error = write(&entry(), &path, false).expect_err("it is refused").to_string();
        assert!(error.contains("mcp.json.backup"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), OLD);
        assert_eq!(folder.count(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = Folder::new("links");
        let file = folder.file("dotfiles.json", OLD);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
        let link = folder.0.join("mcp.json");
        symlink(&file, &link).expect("a link");
        let Written { backup, .. } = write(&entry(), &link, false).expect("it is written");
        assert!(link.is_symlink());
        let backup = backup.expect("a backup");
        assert_eq!(backup, folder.0.join("dotfiles.json.backup"));
        for path in [&file, &backup] {
            let mode = fs::metadata(path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o640, "{}", path.display());
        }
        fs::remove_file(&file).expect("a file");
        let error = write(&entry(), &link, false).expect_err("it is refused").to_string();
        assert!(error.contains("is a link to a file that does not exist"), "{error}");
    }
}
