//! A server inside somebody's workspace: one whose `members` take the new folder in would be broken by a
//! server that is a workspace of its own, as every new one is.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::template::File;
use crate::{Doing, Error, Result, files};

/// Place of a server that a workspace takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Membership {
    /// Its own workspace: the outer one excludes the folder
    Exclude,
    /// A member, with the profiles and the Cargo.lock of the outer one
    Member,
}

/// A workspace that takes the new folder in.
#[derive(Debug)]
pub(super) struct Outer {
    manifest: PathBuf,
    text: String,
    /// As the manifest would name it.
    folder: String,
    /// It is named, and not only matched: cargo excludes no such folder.
    is_named: bool,
}

#[derive(Deserialize)]
struct Manifest {
    workspace: Option<Workspace>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Workspace {
    members: Vec<String>,
    exclude: Vec<String>,
}

/// Start of the profiles of a template, which cargo reads at the root of a workspace only.
const OF_THE_ROOT: &str = "# `idna_adapter` 1.0.0 leaves out";
/// Start of a template's own workspace.
const OWN_WORKSPACE: &str = "# Its own workspace";

impl Outer {
    /// The one around a folder, if its members include it. A manifest that cannot be read is cargo's to
    /// complain of.
    pub(super) fn around(target: &Path) -> Option<Self> {
        for root in target.ancestors().skip(1) {
            let manifest = root.join("Cargo.toml");
            let Ok(text) = fs::read_to_string(&manifest) else { continue };
            let Ok(parsed) = toml::from_str::<Manifest>(&text) else { continue };
            let Some(Workspace { members, exclude }) = parsed.workspace else { continue };
            let below = target.strip_prefix(root).ok()?;
            // As cargo does: by the beginning of the path.
            if exclude.iter().any(|path| below.starts_with(Path::new(path))) {
                return None;
            }
            let folder = below.to_string_lossy().replace('\\', "/");
            let is_named = members.iter().any(|member| member.trim_end_matches('/') == folder);
            let matched = is_named || members.iter().any(|member| matches(member, &folder));
            return matched.then_some(Self { manifest, text, folder, is_named });
        }
        None
    }

    /// The error where nobody has chosen, since a workspace of somebody is not changed without a
    /// word.
    pub(super) fn undecided(&self) -> Error {
        let manifest = self.manifest.display();
        let ways = if self.is_named { "member" } else { "exclude` or `--workspace member" };
        Error::new(format!("`members` of {manifest} includes {}", self.folder)).help(format!(
            "say what becomes of it: `--workspace {ways}`; `exclude` adds the folder to `exclude` there, and \
             nothing was written yet"
        ))
    }

    /// The question for people.
    pub(super) fn question(&self) -> String {
        format!(
            "The workspace {} takes {} in. What becomes of the server?",
            self.manifest.display(),
            self.folder
        )
    }

    /// Refuses what cargo would not do.
    ///
    /// # Errors
    ///
    /// When a folder that is named among the members should be excluded.
    pub(super) fn check(&self, membership: Membership) -> Result<()> {
        if membership == Membership::Exclude && self.is_named {
            let manifest = self.manifest.display();
            return Err(Error::new(format!("{manifest} names {} among its members", self.folder))
                .help("take it out of `members` first, or use `--workspace member`"));
        }
        Ok(())
    }

    /// Makes the files those of a member. What only the root of a workspace can say is returned.
    pub(super) fn adopt(made: &mut Vec<File>) -> String {
        made.retain(|file| file.path != "Cargo.lock");
        let Some(manifest) = made.iter_mut().find(|file| file.path == "Cargo.toml") else {
            return String::new();
        };
        let start = manifest.text.find(OF_THE_ROOT).unwrap_or(manifest.text.len());
        let root = manifest.text.split_off(start);
        manifest.text = format!("{}\n", manifest.text.trim_end());
        root.split(OWN_WORKSPACE).next().unwrap_or_default().trim_end().to_owned()
    }

    /// Has the outer workspace leave the folder out.
    ///
    /// # Errors
    ///
    /// When its manifest cannot be written, or has a form that nothing can be added to.
    pub(super) fn exclude(&self) -> Result<()> {
        let changed = with_exclusion(&self.text, &self.folder).ok_or_else(|| {
            Error::new(format!("cannot add to `exclude` of {}", self.manifest.display())).help(
                format!("write `exclude = [{}]` into [workspace] yourself", quoted(&self.folder)),
            )
        })?;
        files::write(&self.manifest, &changed)
            .doing(|| format!("exclude {} from the workspace", self.folder))
    }

    pub(super) fn manifest(&self) -> &Path {
        &self.manifest
    }
}

/// True if a member of a workspace, which may be a glob, is this folder.
fn matches(member: &str, folder: &str) -> bool {
    let options = glob::MatchOptions { require_literal_separator: true, ..Default::default() };
    let member = member.trim_start_matches("./").trim_end_matches('/');
    glob::Pattern::new(member).is_ok_and(|pattern| pattern.matches_with(folder, options))
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The manifest with one folder more in `exclude`, everything else as it is.
fn with_exclusion(text: &str, folder: &str) -> Option<String> {
    let document = DeTable::parse(text).ok()?;
    let workspace = document.get_ref().get("workspace")?.get_ref().as_table()?;
    let changed = match workspace.get("exclude") {
        Some(exclude) => {
            let DeValue::Array(list) = exclude.get_ref() else { return None };
            match list.iter().last() {
                Some(last) => insert(text, last.span().end, &format!(", {}", quoted(folder))),
                None => insert(text, exclude.span().start + 1, &quoted(folder)),
            }
        }
        None => {
            let end = workspace.get("members")?.span().end;
            let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
            insert(text, line_end, &format!("\nexclude = [{}]", quoted(folder)))
        }
    };
    let parsed: Manifest = toml::from_str(&changed).ok()?;
    parsed.workspace?.exclude.iter().any(|path| path == folder).then_some(changed)
}

fn insert(text: &str, at: usize, more: &str) -> String {
    format!("{}{more}{}", &text[..at], &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_matched_as_cargo_matches_them() {
        for (member, folder, expected) in [
            ("crates/*", "crates/server", true),
            ("crates/*", "crates/a/server", false),
            ("crates/**", "crates/a/server", true),
            ("*", "server", true),
            ("./servers/*", "servers/one", true),
            ("server?", "server1", true),
            ("crates/other", "crates/server", false),
        ] {
            assert_eq!(matches(member, folder), expected, "{member} {folder}");
        }
    }

    #[test]
    fn a_folder_is_excluded_and_nothing_else_changes() {
        for (text, expected) in [
            (
                "[workspace]\nmembers = [\"*\"] # all\n[profile.dev]\n",
                "[workspace]\nmembers = [\"*\"] # all\nexclude = [\"a/b\"]\n[profile.dev]\n",
            ),
            (
                "[workspace]\nexclude = []\nmembers = [\"*\"]\n",
                "[workspace]\nexclude = [\"a/b\"]\nmembers = [\"*\"]\n",
            ),
            (
                "[workspace]\nexclude = [\n    \"x\", # old\n]\nmembers = [\"*\"]\n",
                "[workspace]\nexclude = [\n    \"x\", \"a/b\", # old\n]\nmembers = [\"*\"]\n",
            ),
            (
                "workspace.members = [\"*\"]\nworkspace.exclude = ['x']\n",
                "workspace.members = [\"*\"]\nworkspace.exclude = ['x', \"a/b\"]\n",
            ),
        ] {
            assert_eq!(with_exclusion(text, "a/b").as_deref(), Some(expected), "{text}");
        }
        assert_eq!(with_exclusion("workspace = { members = [\"*\"] }\n", "a/b"), None);
    }

    #[test]
    fn a_member_has_no_part_that_only_a_root_may_have() {
        let text = include_str!("../../../templates/access/Cargo.toml");
        let text = text.replace("{{toolgate_source}}", "path = \"x\"");
        let mut made = vec![
            File { path: "Cargo.toml", text: text.clone() },
            File { path: "Cargo.lock", text: String::new() },
        ];
        let root = Outer::adopt(&mut made);
        assert_eq!(made.len(), 1);
        let member: toml::Table = toml::from_str(&made[0].text).expect("TOML");
        assert!(!member.contains_key("workspace") && !member.contains_key("profile"));
        assert!(member.contains_key("dependencies"));
        let root: toml::Table = toml::from_str(&root).expect("TOML");
        assert_eq!(root.keys().collect::<Vec<_>>(), ["profile"]);
    }
}
