//! Programs that come from npm: wrangler, workerd, esbuild, binaryen, and Node.js itself where the
//! system's is too old.

use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::stamp::Stamp;
use crate::step::Step;
use crate::tools::Tools;
use crate::{Error, Result, files, process};

/// Oldest Node.js for wrangler 4.164 and miniflare 5.
pub(crate) const OLDEST_NODE: (u32, u32) = (22, 12);

const TOOLS: NpmSet = NpmSet {
    title: "wrangler, workerd, esbuild, wasm-opt",
    manifest: include_str!("../../npm/tools/package.json"),
    lockfile: include_str!("../../npm/tools/package-lock.json"),
};

const NODE: NpmSet = NpmSet {
    title: "Node.js 22",
    manifest: include_str!("../../npm/node/package.json"),
    lockfile: include_str!("../../npm/node/package-lock.json"),
};

struct NpmSet {
    title: &'static str,
    manifest: &'static str,
    lockfile: &'static str,
}

/// Digests that tell these sets from those of other versions of this program.
pub(super) fn versions() -> (String, String) {
    /// Enough to tell a handful apart.
    const DIGITS: usize = 12;
    let of = |set: &NpmSet| {
        let digest = Sha256::new().chain_update(set.manifest).chain_update(set.lockfile).finalize();
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        digits[..DIGITS].to_owned()
    };
    (of(&TOOLS), of(&NODE))
}

/// True if nothing is left to install.
pub(super) fn is_complete(tools: &Tools) -> bool {
    are_tools_complete(tools) && (set_stamp(&tools.node(), &NODE).is_current() || is_node_new())
}

pub(super) fn ensure_tools(tools: &Tools) -> Result<()> {
    ensure_set(tools, &tools.npm(), &TOOLS)
}

/// Installs Node.js when the system has none that is new enough.
pub(super) fn ensure_node(tools: &Tools) -> Result<()> {
    if is_node_new() {
        return Ok(());
    }
    ensure_set(tools, &tools.node(), &NODE)
}

/// True if that of the system will do.
fn is_node_new() -> bool {
    let version = process::run(Command::new("node").arg("--version"), |_| ());
    let system = version.ok().and_then(|version| node_version(version.trim()));
    system.is_some_and(|version| version >= OLDEST_NODE)
}

/// Runs `npm ci` in `folder` unless that was done for its present lock file.
///
/// # Errors
///
/// When npm fails.
pub fn install(tools: &Tools, folder: &Path, title: &str) -> Result<()> {
    let path = folder.join("package-lock.json");
    let lockfile = files::read_if_present(&path)?
        .ok_or_else(|| Error::new(format!("{} does not exist", path.display())))?;
    ensure_at(tools, &stamp(folder, lockfile), folder, title)
}

fn stamp(folder: &Path, contents: String) -> Stamp {
    Stamp::new(folder.join("node_modules/.toolgate-stamp"), contents)
}

fn set_stamp(folder: &Path, set: &NpmSet) -> Stamp {
    stamp(folder, format!("{}{}", set.manifest, set.lockfile))
}

fn ensure_set(tools: &Tools, folder: &Path, set: &NpmSet) -> Result<()> {
    let stamp = set_stamp(folder, set);
    if !stamp.is_current() {
        stamp.remove()?;
        files::create_ignored_folder(folder)?;
        files::write(&folder.join("package.json"), set.manifest)?;
        files::write(&folder.join("package-lock.json"), set.lockfile)?;
    }
    ensure_at(tools, &stamp, folder, set.title)
}

fn ensure_at(tools: &Tools, stamp: &Stamp, folder: &Path, title: &str) -> Result<()> {
    if stamp.is_current() {
        return Ok(());
    }
    stamp.remove()?;
    let mut step = Step::start(title);
    let installed = npm_ci(tools, folder, &mut step).and_then(|()| stamp.write());
    if installed.is_ok() {
        step.done()
    } else {
        step.failed()
    };
    installed
}

/// Nothing here needs install scripts: every program comes as a package of its platform.
fn npm_ci(tools: &Tools, folder: &Path, step: &mut Step) -> Result<()> {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]);
    command.current_dir(folder).envs(tools.environment());
    let help = "npm must reach its registry; running this again starts the step over";
    process::run(&mut command, |line| step.progress(line))
        .map(drop)
        .map_err(|error| error.or_help(help))
}

/// True if everything of the set is there, as it is pinned.
pub(crate) fn are_tools_complete(tools: &Tools) -> bool {
    set_stamp(&tools.npm(), &TOOLS).is_current()
}

/// The version of a package that the lock file of the tools names.
pub(crate) fn pinned_version(package: &str) -> Option<String> {
    let lockfile: serde_json::Value = serde_json::from_str(TOOLS.lockfile).ok()?;
    let entry = lockfile.get("packages")?.get(format!("node_modules/{package}"))?;
    Some(entry.get("version")?.as_str()?.to_owned())
}

/// Major and minor version of what `node --version` prints.
pub(crate) fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_s_version_is_compared_by_number() {
        assert!(node_version("v20.20.2").is_some_and(|version| version < OLDEST_NODE));
        assert!(node_version("v22.9.0").is_some_and(|version| version < OLDEST_NODE));
        assert!(node_version("v22.12.0").is_some_and(|version| version >= OLDEST_NODE));
        assert!(node_version("v100.0.0").is_some_and(|version| version >= OLDEST_NODE));
        assert_eq!(node_version("not a version"), None);
    }

    #[test]
    fn lock_files_name_no_registry() {
        for set in [&TOOLS, &NODE] {
            assert!(!set.lockfile.contains("\"resolved\""), "{} names a registry", set.title);
        }
    }
}
