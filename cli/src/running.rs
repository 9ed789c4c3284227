//! The `cargo toolgate dev` that runs for a server, so that other commands find it at any port.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::project::Project;
use crate::{Doing, Error, Result, files};

/// Record of a running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    /// The server's origin.
    pub(crate) url: String,
    /// The address at which functions are started that no client starts.
    #[serde(default)]
    pub(crate) control: Option<Control>,
}

/// The way into the process of a running server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Control {
    /// Its address on this machine.
    pub(crate) url: String,
    /// A text that only programs know which may read the record.
    pub(crate) token: String,
}

impl std::fmt::Debug for Control {
    // The token is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The record and its lock, for as long as the server runs. The system lets go of a lock when its
/// process ends, however that happens: a record without one is old.
pub(crate) struct Claim {
    record: PathBuf,
    _lock: File,
}

impl Running {
    /// The one that runs for this server now.
    pub(crate) fn of(project: &Project) -> Option<Self> {
        let folder = folder(project);
        let lock = File::open(lock(&folder)).ok()?;
        // Whoever gets the lock sees that nobody has it.
        if lock.try_lock_shared().is_ok() {
            return None;
        }
        serde_json::from_str(&files::read_if_present(&record(&folder)).ok()??).ok()
    }

    /// The same for the server in or above a folder.
    pub(crate) fn near(folder: &Path) -> Option<Self> {
        Self::of(&Project::find(folder).ok()?)
    }
}

impl Claim {
    /// Takes the server for this process: what is stored has one writer.
    ///
    /// # Errors
    ///
    /// When another process has it.
    pub(crate) fn take(project: &Project) -> Result<Self> {
        let folder = folder(project);
        files::create_ignored_folder(&folder)?;
        let path = lock(&folder);
        let lock = File::create(&path).doing(|| format!("create {}", path.display()))?;
        if lock.try_lock().is_err() {
            return Err(already(Running::of(project).as_ref()));
        }
        Ok(Self { record: record(&folder), _lock: lock })
    }

    /// Says so early where another process has it, and leaves nothing behind.
    ///
    /// # Errors
    ///
    /// As [`Self::take`].
    pub(crate) fn refuse_second(project: &Project) -> Result<()> {
        Running::of(project).map_or(Ok(()), |running| Err(already(Some(&running))))
    }

    /// Says where the server is.
    pub(crate) fn announce(&self, running: &Running) -> Result<()> {
        let text = serde_json::to_string(running);
        files::write_secret(&self.record, &text.doing(|| "write where the server is".to_owned())?)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // One that stays behind is without its lock.
        let _ = std::fs::remove_file(&self.record);
    }
}

/// One that is not up yet has no place.
fn already(running: Option<&Running>) -> Error {
    let place = running.map(|running| format!(" at {}", running.url)).unwrap_or_default();
    Error::new(format!("this server runs already{place}"))
        .help("stop that `cargo toolgate dev` first: both would write to the same storage")
}

fn folder(project: &Project) -> PathBuf {
    project.private_folder()
}

fn record(folder: &Path) -> PathBuf {
    folder.join("dev.json")
}

fn lock(folder: &Path) -> PathBuf {
    folder.join("dev.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Running {
        let control = Control { url: "http://127.0.0.1:9001/".into(), token: "secret".into() };
        Running { url: "http://localhost:9000".into(), control: Some(control) }
    }

    #[test]
    fn the_token_does_not_print() {
        assert!(!format!("{:?}", here()).contains("secret"));
    }

    fn project(name: &str) -> Project {
        let root = std::env::temp_dir().join(format!("toolgate-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&root).expect("a folder");
        Project { workspace: root.clone(), root, package: "a".into() }
    }

    #[test]
    fn a_server_is_found_while_it_runs_and_not_after() {
        let project = project("running");
        assert_eq!(Running::of(&project), None);
        let claim = Claim::take(&project).expect("nobody has it");
        claim.announce(&here()).expect("it is written");
        let running = Running::of(&project).expect("it runs");
        assert_eq!(running.url, "http://localhost:9000");
        let record = project.root.join(".toolgate/dev.json");
        let text = std::fs::read_to_string(&record).expect("a record");
        drop(claim);
        // As after a power cut.
        std::fs::write(&record, text).expect("a file");
        assert_eq!(Running::of(&project), None);
    }

    #[test]
    fn a_second_one_is_refused_with_the_place_of_the_first() {
        let project = project("running-twice");
        let claim = Claim::take(&project).expect("nobody has it");
        claim.announce(&here()).expect("it is written");
        let error = Claim::take(&project).err().expect("it is refused").to_string();
        assert!(error.contains("at http://localhost:9000") && error.contains("help"), "{error}");
    }
}
