//! Noticing that a server's files changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::project::Project;

/// Folders deeper than this are not part of a server's source.
const DEEPEST: usize = 16;

/// The files that a build reads, and when each was last written.
pub(super) fn state(project: &Project, migrations: &[PathBuf]) -> BTreeMap<PathBuf, SystemTime> {
    let mut found = BTreeMap::new();
    for name in ["mcp.toml", "Cargo.toml", ".dev.vars"] {
        note(&project.root.join(name), &mut found);
    }
    note(&project.workspace.join("Cargo.lock"), &mut found);
    collect(&project.root.join("src"), &mut found);
    for folder in migrations {
        collect(folder, &mut found);
    }
    found
}

/// Takes the lock file as it is now. Cargo completes it in a build, which is no reason for another one.
pub(super) fn accept_lockfile(project: &Project, state: &mut BTreeMap<PathBuf, SystemTime>) {
    note(&project.workspace.join("Cargo.lock"), state);
}

/// Time at which the newest of the files was written.
pub(super) fn last_save(state: &BTreeMap<PathBuf, SystemTime>) -> Option<SystemTime> {
    state.values().max().copied()
}

/// A file that vanishes while it is looked at was changed: it is missing from the state.
fn note(path: &Path, found: &mut BTreeMap<PathBuf, SystemTime>) {
    if let Ok(written) = fs::metadata(path).and_then(|metadata| metadata.modified()) {
        found.insert(path.to_owned(), written);
    }
}

/// The files of a folder and of those in it.
pub(super) fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, SystemTime>) {
    descend(folder, DEEPEST, found);
}

fn descend(folder: &Path, depth: usize, found: &mut BTreeMap<PathBuf, SystemTime>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 {
            descend(&entry.path(), depth - 1, found);
        } else if !kind.is_dir() {
            note(&entry.path(), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_below_src_is_noticed() {
        let root = std::env::temp_dir().join(format!("toolgate-watch-{}", std::process::id()));
        fs::create_dir_all(root.join("src/deep")).expect("a folder");
        let project = Project { root: root.clone(), workspace: root.clone(), package: "x".into() };
        let migrations = [root.join("migrations")];
        let before = state(&project, &migrations);
        assert_eq!(before, state(&project, &migrations));
        fs::write(root.join("src/deep/tool.rs"), "").expect("a file");
        let after = state(&project, &migrations);
        assert_ne!(before, after);
        assert_eq!(last_save(&after), after.get(&root.join("src/deep/tool.rs")).copied());
        fs::create_dir_all(&migrations[0]).expect("a folder");
        fs::write(migrations[0].join("0001_first.sql"), "").expect("a file");
        assert_ne!(after, state(&project, &migrations));
    }

    #[test]
    fn a_lock_file_that_the_build_completed_is_no_change_once_it_is_accepted() {
        let root = std::env::temp_dir().join(format!("toolgate-watch-lock-{}", std::process::id()));
        fs::create_dir_all(&root).expect("a folder");
        let project = Project { root: root.clone(), workspace: root.clone(), package: "x".into() };
        let mut before_the_build = state(&project, &[]);
        fs::write(root.join("Cargo.lock"), "").expect("a file");
        assert_ne!(before_the_build, state(&project, &[]));
        accept_lockfile(&project, &mut before_the_build);
        assert_eq!(before_the_build, state(&project, &[]));
    }
}
