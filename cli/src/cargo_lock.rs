//! Versions of packages in a `Cargo.lock`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Doing, Error, Result, files};

/// A `Cargo.lock`.
#[derive(Debug, Deserialize)]
pub struct Lockfile {
    #[serde(skip)]
    path: PathBuf,
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
}

impl Lockfile {
    /// Reads the lock file of the workspace whose root is `workspace`.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not a lock file.
    pub fn read(workspace: &Path) -> Result<Self> {
        let path = workspace.join("Cargo.lock");
        let text = files::read_if_present(&path)?.ok_or_else(|| {
            Error::new(format!("{} does not exist", path.display()))
                .help("run `cargo generate-lockfile` and commit the file")
        })?;
        let lockfile: Self = toml::from_str(&text).doing(|| format!("read {}", path.display()))?;
        Ok(Self { path, ..lockfile })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every package and its version.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.package.iter().map(|package| (package.name.as_str(), package.version.as_str()))
    }

    /// The versions of `name` that are locked, usually one.
    pub fn versions<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.packages().filter(move |(package, _)| *package == name).map(|(_, version)| version)
    }
}
