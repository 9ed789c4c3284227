//! Marks of set-up steps that were finished before.
//!
//! A stamp is a file with what was installed, written by renaming when everything else is done.
//! An interrupted step leaves none, and so starts over. It lies in the folder that it vouches for,
//! so that deleting the one deletes the other.

use std::path::PathBuf;

use crate::{Doing, Result, files};

/// The stamp of one step.
pub(super) struct Stamp {
    path: PathBuf,
    contents: String,
}

impl Stamp {
    /// A step that installs exactly `contents`, which `path` then says.
    pub(super) fn new(path: PathBuf, contents: impl Into<String>) -> Self {
        Self { path, contents: contents.into() }
    }

    /// True if this very thing was installed completely.
    pub(super) fn is_current(&self) -> bool {
        files::read_if_present(&self.path).is_ok_and(|found| found.as_ref() == Some(&self.contents))
    }

    /// Forgets the last installation, before it is changed.
    pub(super) fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).doing(|| format!("remove {}", self.path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Records that the installation is complete.
    pub(super) fn write(&self) -> Result<()> {
        files::write(&self.path, &self.contents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_counts_only_for_what_it_says() {
        let path = std::env::temp_dir().join(format!("toolgate-stamp-{}", std::process::id()));
        let old = Stamp::new(path.clone(), "tool 1");
        assert!(!old.is_current());
        old.write().expect("it is written");
        assert!(old.is_current());
        assert!(!Stamp::new(path, "tool 2").is_current());
        old.remove().expect("it is removed");
        old.remove().expect("removing twice is fine");
        assert!(!old.is_current());
    }
}
