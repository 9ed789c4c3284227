//! Which server a command is about, and where its parts are.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use toolgate_config::deploy::{self, Package};
use toolgate_config::{Checked, Diagnostic};

use crate::{Doing, Error, Result, files, process};

/// A package with an `mcp.toml`.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder of its `Cargo.toml`.
    pub root: PathBuf,
    /// The folder of `Cargo.lock`: the workspace's root, or the package's own folder.
    pub workspace: PathBuf,
    /// `[package] name`.
    pub package: String,
}

#[derive(Deserialize)]
struct Manifest {
    package: Option<ManifestPackage>,
}

#[derive(Deserialize)]
struct ManifestPackage {
    name: String,
}

impl Project {
    /// The nearest server at or above `folder`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn find(folder: &Path) -> Result<Self> {
        let has_both = |folder: &&Path| {
            folder.join("Cargo.toml").is_file() && folder.join("mcp.toml").is_file()
        };
        let root = folder.ancestors().find(has_both).ok_or_else(|| {
            Error::new(format!("no mcp.toml beside a Cargo.toml in {} or above", folder.display()))
                .help("run this in the folder of a server, or name it with `--project FOLDER`; `cargo toolgate new` makes one")
        })?;
        let manifest = root.join("Cargo.toml");
        let text =
            std::fs::read_to_string(&manifest).doing(|| format!("read {}", manifest.display()))?;
        let parsed: Manifest =
            toml::from_str(&text).doing(|| format!("read {}", manifest.display()))?;
        let package = parsed.package.ok_or_else(|| {
            Error::new(format!("{} is a workspace, not a server", manifest.display()))
                .help("name the server's folder, for example `--project examples/access`")
        })?;
        Ok(Self { root: root.to_owned(), workspace: workspace(&manifest)?, package: package.name })
    }

    /// Folder for files of this machine only, below the server's; git ignores it.
    pub(crate) fn private_folder(&self) -> PathBuf {
        self.root.join(".toolgate")
    }

    /// The file for everything that a program has said which failed.
    pub(crate) fn log(&self, of: &str) -> PathBuf {
        self.private_folder().join(format!("{of}.log"))
    }

    /// The path of its `mcp.toml`.
    pub fn config_file(&self) -> PathBuf {
        self.root.join("mcp.toml")
    }

    /// Its `mcp.toml`, read and checked.
    ///
    /// # Errors
    ///
    /// Every fault of the file in one error.
    pub fn config(&self) -> Result<Checked> {
        self.config_and_source().map(|(checked, _)| checked)
    }

    /// The same, with the text of the file.
    ///
    /// # Errors
    ///
    /// Every fault of the file in one error.
    pub fn config_and_source(&self) -> Result<(Checked, String)> {
        let path = self.config_file();
        let source = std::fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
        match toolgate_config::check(&source) {
            Ok(checked) => Ok((checked, source)),
            Err(diagnostics) => Err(render(&diagnostics, &source, "mcp.toml")),
        }
    }

    /// Configuration in an environment, `[env.NAME]`, or outside of all.
    ///
    /// # Errors
    ///
    /// Every fault of the file in one error, or that it has no such environment.
    pub fn config_in(&self, environment: Option<&str>) -> Result<Checked> {
        let checked = self.config()?;
        let Some(name) = environment else { return Ok(checked) };
        checked.environment(name).cloned().ok_or_else(|| {
            let known: Vec<_> = checked.environments.iter().map(|known| &*known.name).collect();
            let help = match (checked.suggest_environment(name), known.is_empty()) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, true) => {
                    format!("add what differs there, for example `[env.{name}.server]`")
                }
                (None, false) => format!("it has {}", known.join(", ")),
            };
            Error::new(format!("mcp.toml has no environment `{name}`")).help(help)
        })
    }

    /// The Worker's name, which tells environments apart.
    ///
    /// # Errors
    ///
    /// Every fault of the file in one error, or that no Worker can have the name.
    pub fn worker(&self, environment: Option<&str>) -> Result<String> {
        let (checked, source) = self.config_and_source()?;
        deploy::worker(&checked, &Package { name: &self.package }, environment)
            .map_err(|diagnostics| render(&diagnostics, &source, "mcp.toml"))
    }

    /// Locks the dependencies if that has not happened yet.
    ///
    /// # Errors
    ///
    /// When they cannot be resolved.
    pub fn ensure_lockfile(&self) -> Result<()> {
        if files::read_if_present(&self.workspace.join("Cargo.lock"))?.is_some() {
            return Ok(());
        }
        let mut command = Command::new("cargo");
        command.arg("generate-lockfile").current_dir(&self.root);
        process::run(&mut command, |_| ()).map(drop)
    }
}

/// The diagnostics of a file as one error.
pub fn render(diagnostics: &[Diagnostic], source: &str, path: &str) -> Error {
    let rendered: Vec<_> = diagnostics.iter().map(|one| one.render(path, source)).collect();
    Error::new(rendered.join("\n"))
}

fn workspace(manifest: &Path) -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command.args(["locate-project", "--workspace", "--message-format", "plain"]);
    command.arg("--manifest-path").arg(manifest);
    let located = process::run(&mut command, |_| ())?;
    let root = Path::new(located.trim()).parent().map(Path::to_owned);
    root.ok_or_else(|| Error::new(format!("cannot find the workspace of {}", manifest.display())))
}
