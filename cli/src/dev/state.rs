//! State that a server on this machine has stored: where wrangler keeps it too.

use std::fs;

use crate::ask::Consent;
use crate::project::Project;
use crate::{Doing, Error, Result};

/// In the server's folder. `wrangler dev` and `wrangler d1 execute --local` use the same.
pub(super) const FOLDER: &str = ".wrangler/state/v3";

/// The folders of the platform's parts, and what a Toolgate server keeps in them.
const PARTS: [(&str, &str); 5] = [
    ("do", "Durable Objects: sign-ins, sessions, tasks, state"),
    ("d1", "D1 databases"),
    ("kv", "Workers KV"),
    ("r2", "R2 buckets"),
    ("cache", "the Cache API"),
];

/// Deletes everything after it was named and agreed to.
///
/// # Errors
///
/// When nobody agrees, or something cannot be deleted.
pub(super) fn reset(project: &Project, consent: Consent) -> Result<()> {
    let folder = project.root.join(FOLDER);
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("Nothing is stored: there is no {}", folder.display());
        return Ok(());
    };
    let mut names: Vec<_> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    println!("Everything in {}:", folder.display());
    for name in &names {
        let known = PARTS.iter().find(|(part, _)| part == name).map(|(_, what)| *what);
        println!("  {name:8}  {}", known.unwrap_or("stored by another part of the platform"));
    }
    println!("Accounts sign in again; nothing of a deployed server is touched.");
    if !consent.to("Delete it")? {
        return Err(Error::new("nothing was deleted, and nothing was started")
            .help("`--reset --yes` deletes without asking; without `--reset` everything stays"));
    }
    fs::remove_dir_all(&folder).doing(|| format!("delete {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_deleted_unless_somebody_agrees() {
        let root = std::env::temp_dir().join(format!("toolgate-reset-{}", std::process::id()));
        let project = Project { workspace: root.clone(), root, package: "a".into() };
        reset(&project, Consent::Withheld).expect("there is nothing");
        let stored = project.root.join(FOLDER).join("d1/rows");
        let elsewhere = project.root.join(".wrangler/tmp");
        fs::create_dir_all(&stored).expect("a folder");
        fs::create_dir_all(&elsewhere).expect("a folder");
        let error = reset(&project, Consent::Withheld).expect_err("nobody agreed").to_string();
        assert!(error.contains("--reset --yes") && stored.exists(), "{error}");
        reset(&project, Consent::Given).expect("it is deleted");
        assert!(!stored.exists() && elsewhere.exists());
        fs::remove_dir_all(&project.root).expect("it is removed");
    }
}
