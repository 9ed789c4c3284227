//! `cargo toolgate sync`: the files that follow from `mcp.toml`.

use std::path::PathBuf;

use toolgate_config::Checked;
use toolgate_config::deploy::{self, Package};

use crate::project::{self, Project};
use crate::{Doing, Result, files, schema};

/// A file as it follows from `mcp.toml`, beside the file as it is.
pub struct Generated {
    /// Its name in the server's folder.
    pub name: &'static str,
    path: PathBuf,
    found: Option<String>,
    wanted: String,
}

impl Generated {
    /// True if the file is not what it should be.
    pub fn is_stale(&self) -> bool {
        self.found.as_deref() != Some(&self.wanted)
    }

    /// Makes the file what it should be.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self) -> Result<()> {
        files::write(&self.path, &self.wanted)
    }

    /// The lines that writing it takes away and adds.
    pub fn changes(&self) -> Vec<String> {
        difference(self.found.as_deref().unwrap_or_default(), &self.wanted)
    }

    /// True if there is no such file yet.
    pub fn is_new(&self) -> bool {
        self.found.is_none()
    }
}

/// The generated files of a server.
///
/// # Errors
///
/// Every fault of its `mcp.toml`.
pub fn generated(project: &Project, checked: &Checked) -> Result<Vec<Generated>> {
    let package = Package { name: &project.package };
    let wrangler = deploy::wrangler_jsonc(checked, &package).or_else(|diagnostics| {
        let path = project.config_file();
        let source = std::fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
        Err(project::render(&diagnostics, &source, "mcp.toml"))
    })?;
    let variables = deploy::dev_vars_example(checked);
    [("wrangler.jsonc", wrangler), (".dev.vars.example", variables)]
        .into_iter()
        .map(|(name, wanted)| {
            let path = project.root.join(name);
            Ok(Generated { name, found: files::read_if_present(&path)?, path, wanted })
        })
        .collect()
}

/// Writes the files that are stale, and says what changed.
///
/// # Errors
///
/// Every fault of `mcp.toml`, or what kept a file from being written.
pub fn run(project: &Project) -> Result<()> {
    for file in generated(project, &project.config()?)? {
        if !file.is_stale() {
            println!("{} is up to date", file.name);
            continue;
        }
        file.write()?;
        if file.is_new() {
            println!("{} written", file.name);
            continue;
        }
        println!("{} updated:", file.name);
        for line in file.changes() {
            println!("  {line}");
        }
    }
    schema::refresh(project)
}

/// The lines that differ, with `-` and `+` in front, by the longest common subsequence.
pub(crate) fn difference(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    // common[i][j]: how many lines old[i..] and new[j..] have in common.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut changes) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            changes.push(format!("- {}", old[i].trim()));
            i += 1;
        } else {
            changes.push(format!("+ {}", new[j].trim()));
            j += 1;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_changed_lines_are_listed() {
        let old = "{\n  name\n  old\n}\n";
        let new = "{\n  name\n  new\n  more\n}\n";
        assert_eq!(difference(old, new), ["- old", "+ new", "+ more"]);
        assert!(difference(old, old).is_empty());
        assert_eq!(difference("", "one\n"), ["+ one"]);
        assert_eq!(difference("one\n", ""), ["- one"]);
    }
}
