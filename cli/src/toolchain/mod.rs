//! Installs what is missing to build and run a server, once for all servers of the user.
//!
//! Every version is pinned: by the constants here, by the lock files in `cli/npm`, and for
//! wasm-bindgen by the project's own `Cargo.lock`, since the library and the program must agree.

mod cargo;
mod npm;
mod stamp;
mod target;

use std::fs::File;
use std::path::Path;

use crate::cargo_lock::Lockfile;
use crate::tools::{Tools, Versions};
use crate::{Doing, Error, Result, files};

pub use cargo::Package;
pub(crate) use cargo::installed_version;
pub use npm::install as install_npm;
pub(crate) use npm::{OLDEST_NODE, are_tools_complete, node_version, pinned_version};
pub(crate) use target::{TARGET, has_wasm};

/// The tool that turns a crate into a Worker. workers-rs wants it to match `worker`.
pub const WORKER_BUILD: &str = "0.8.7";

/// Installs what is missing. Says nothing when nothing is.
///
/// # Errors
///
/// When a step fails: with the last lines of the program that failed and what to do. What was
/// installed stays; the failed step starts over next time.
pub fn ensure(workspace: &Path) -> Result<Tools> {
    let tools = tools(workspace);
    ensure_in(&tools, workspace)?;
    Ok(tools)
}

/// The same, into these folders.
///
/// # Errors
///
/// As [`ensure`].
pub fn ensure_in(tools: &Tools, workspace: &Path) -> Result<()> {
    let lockfile = Lockfile::read(workspace)?;
    let version = wasm_bindgen(&lockfile)?;
    target::ensure_wasm()?;
    let programs = [
        Package::new("worker-build", WORKER_BUILD),
        // Without its default features it cannot fetch browsers for tests, and builds in half the time.
        Package::new("wasm-bindgen-cli", version).without_default_features(),
    ];
    let is_complete = || {
        npm::is_complete(tools)
            && programs.iter().all(|program| cargo::is_installed(tools, program))
    };
    // A server that has everything does not wait for the set-up of another one.
    if is_complete() {
        return Ok(());
    }
    let _lock = lock(tools)?;
    npm::ensure_node(tools)?;
    npm::ensure_tools(tools)?;
    for program in &programs {
        cargo::ensure(tools, program)?;
    }
    cargo::tidy(tools)
}

/// The tools of a workspace, installed or not: in the folder that `TOOLGATE_DIR` names, else in the
/// user's cache, and where there is none, in the workspace.
pub fn tools(workspace: &Path) -> Tools {
    let lockfile = Lockfile::read(workspace).ok();
    let bindgen = lockfile.as_ref().and_then(|lockfile| wasm_bindgen(lockfile).ok());
    let (npm, node) = npm::versions();
    let versions = Versions {
        worker_build: WORKER_BUILD,
        wasm_bindgen: bindgen.unwrap_or("none"),
        npm: &npm,
        node: &node,
    };
    Tools::named()
        .or_else(|| Tools::cached(versions))
        .unwrap_or_else(|| Tools::at(workspace.join(".toolgate")))
}

/// Installs one more program with cargo, for the repository's own tests.
///
/// # Errors
///
/// As [`ensure`].
pub fn ensure_program(tools: &Tools, package: &Package<'_>) -> Result<()> {
    let _lock = lock(tools)?;
    cargo::ensure(tools, package)?;
    cargo::tidy(tools)
}

/// The version of wasm-bindgen that the lock file demands of the command of the same name.
///
/// # Errors
///
/// When the lock file names none, or several.
pub fn wasm_bindgen(lockfile: &Lockfile) -> Result<&str> {
    let versions: Vec<_> = lockfile.versions("wasm-bindgen").collect();
    match versions.as_slice() {
        [version] => Ok(version),
        [] => Err(Error::new(format!("{} has no wasm-bindgen", lockfile.path().display()))
            .help("a server depends on `toolgate`: add it, then run `cargo generate-lockfile`")),
        several => {
            let listed = several.join(" and ");
            Err(Error::new(format!("{} has wasm-bindgen {listed}", lockfile.path().display()))
                .help("one Worker can hold one version: `cargo tree -i wasm-bindgen` shows why"))
        }
    }
}

/// Two set-ups at once would install into each other's folders: the second one waits.
fn lock(tools: &Tools) -> Result<File> {
    files::create_ignored_folder(tools.folder())?;
    let path = tools.folder().join("lock");
    let file = File::create(&path).doing(|| format!("create {}", path.display()))?;
    file.lock().doing(|| format!("lock {}", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lockfile(packages: &[(&str, &str)], folder: &str) -> Lockfile {
        let folder = std::env::temp_dir().join(format!("toolgate-{folder}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let text: String = packages
            .iter()
            .map(|(name, version)| {
                format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
            })
            .collect();
        std::fs::write(folder.join("Cargo.lock"), text).expect("a lock file");
        Lockfile::read(&folder).expect("it is read")
    }

    #[test]
    fn wasm_bindgen_follows_the_lock_file() {
        let lockfile = lockfile(&[("serde", "1.0.0"), ("wasm-bindgen", "0.2.130")], "one");
        assert_eq!(wasm_bindgen(&lockfile).expect("it is there"), "0.2.130");
    }

    #[test]
    fn no_wasm_bindgen_or_two_of_them_is_an_error_with_a_fix() {
        for (versions, folder) in [(&[][..], "none"), (&["0.2.129", "0.2.130"][..], "two")] {
            let packages: Vec<_> =
                versions.iter().map(|version| ("wasm-bindgen", *version)).collect();
            let error =
                wasm_bindgen(&lockfile(&packages, folder)).expect_err("refused").to_string();
            assert!(error.contains("help: "), "{error}");
        }
    }
}
