//! Source of `toolgate` for the new server's Cargo.toml.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Doing, Error, Result};

/// Source of `toolgate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In this folder.
    Folder(PathBuf),
    /// In a repository, at this commit. There is no way by a name at a registry: it would be whoever takes
    /// the name first.
    Commit {
        /// Address of the repository.
        url: String,
        /// All 40 digits.
        commit: String,
    },
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

impl Source {
    /// The folder of the crate, or of the repository with it.
    ///
    /// # Errors
    ///
    /// When it is in neither.
    pub fn given(folder: &Path) -> Result<Self> {
        let full = folder.canonicalize().doing(|| format!("open {}", folder.display()))?;
        let candidates = [full.join("runtime"), full];
        let found = candidates.into_iter().find(|folder| is_toolgate(folder));
        found.map(Self::Folder).ok_or_else(|| {
            Error::new(format!("`toolgate` is not in {}", folder.display()))
                .help("name the folder of Toolgate's repository, or leave `--toolgate` out")
        })
    }

    /// A commit of a repository.
    ///
    /// # Errors
    ///
    /// When the address is not one, or the commit not named in full: a branch or a tag can be moved.
    pub fn pinned(url: &str, commit: &str) -> Result<Self> {
        let parsed = url::Url::parse(url).ok();
        if !parsed.is_some_and(|url| ["https", "ssh"].contains(&url.scheme())) {
            return Err(Error::new(format!("`{url}` is not the address of a repository"))
                .help("write https://… or ssh://…"));
        }
        if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::new(format!("`{commit}` is not the id of a commit"))
                .help("write all 40 digits: `git rev-parse HEAD` prints them"));
        }
        Ok(Self::Commit { url: url.to_owned(), commit: commit.to_ascii_lowercase() })
    }

    /// The repository that this program was built from.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn of_this_program() -> Result<Self> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Self::given(&repository).map_err(|_| {
            Error::new("the repository that this program was built from is gone").help(
                "name one with `--toolgate FOLDER`, or a commit with `--git URL --rev COMMIT`",
            )
        })
    }

    /// The dependency for a server in a folder of `parent`: a relative path within the repository,
    /// which may be moved as a whole, and a full one elsewhere.
    pub fn of(&self, parent: &Path) -> String {
        let folder = match self {
            Self::Folder(folder) => folder,
            Self::Commit { url, commit } => {
                let url = toml::Value::from(url.as_str());
                return format!("git = {url}, rev = \"{commit}\"");
            }
        };
        let repository = folder.parent().unwrap_or(folder);
        let path = match (parent.strip_prefix(repository), folder.file_name()) {
            (Ok(below), Some(name)) => {
                let up: PathBuf = below.components().map(|_| "..").collect();
                Path::new("..").join(up).join(name)
            }
            _ => folder.clone(),
        };
        let path = path.to_string_lossy().replace('\\', "/");
        format!("path = {}", toml::Value::String(path))
    }
}

fn is_toolgate(folder: &Path) -> bool {
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    toml::from_str(&text).is_ok_and(|Manifest { package }| package.name == "toolgate")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
    }

    #[test]
    fn the_repository_and_the_crate_in_it_are_the_same_source() {
        let expected = Source::Folder(repository().join("runtime"));
        assert_eq!(Source::given(&repository()).expect("a source"), expected);
        assert_eq!(Source::given(&repository().join("runtime")).expect("a source"), expected);
        assert_eq!(Source::of_this_program().expect("it is there"), expected);
    }

    #[test]
    fn a_folder_without_toolgate_is_refused() {
        for folder in ["cli", "no-such-folder"] {
            let error = Source::given(&repository().join(folder)).expect_err("refused").to_string();
            assert!(error.contains(folder), "{error}");
        }
    }

    #[test]
    fn within_the_repository_the_path_is_relative() {
        let source = Source::of_this_program().expect("it is there");
        assert_eq!(source.of(&repository()), "path = \"../runtime\"");
        assert_eq!(source.of(&repository().join("a/b")), "path = \"../../../runtime\"");
    }

    #[test]
    fn elsewhere_it_is_the_whole_path_or_a_commit() {
        let source = Source::Folder("/opt/tool \"gate\"/runtime".into());
        let text = source.of(Path::new("/home/ada"));
        let table: toml::Table = toml::from_str(&text).expect("TOML");
        assert_eq!(table["path"].as_str(), Some("/opt/tool \"gate\"/runtime"));
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let pinned = Source::pinned("https://example.com/toolgate", commit).expect("a source");
        let text = pinned.of(Path::new("/home/ada"));
        assert_eq!(text, format!("git = \"https://example.com/toolgate\", rev = \"{commit}\""));
    }

    #[test]
    fn what_can_be_moved_pins_nothing() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for (url, commit) in [
            ("https://example.com/toolgate", "main"),
            ("https://example.com/toolgate", "v1.0.0"),
            ("https://example.com/toolgate", &commit[1..]),
            ("http://example.com/toolgate", commit),
            ("toolgate", commit),
        ] {
            let error = Source::pinned(url, commit).expect_err("it is refused").to_string();
            assert!(error.contains("= help: "), "{error}");
        }
    }
}
