//! Node.js, and what `cargo toolgate setup` installs.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::finding::Finding;
use crate::cargo_lock::Lockfile;
use crate::project::Project;
use crate::tools::Tools;
use crate::{files, process, toolchain};

/// Programs from npm, and the package that each is in.
const FROM_NPM: [(&str, &str); 4] = [
    ("wrangler", "wrangler"),
    ("workerd", "workerd"),
    ("esbuild", "esbuild"),
    ("wasm-opt", "binaryen"),
];

const SETUP: &str = "`cargo toolgate setup`; `cargo toolgate dev` does it by itself";

pub(super) fn findings(project: &Project, tools: &Tools) -> Vec<Finding> {
    let npm = version(tools, if cfg!(windows) { "npm.cmd" } else { "npm" });
    let node = version(tools, "node");
    let mut findings = vec![self::node(node.as_deref(), npm.is_some()), self::npm(npm.as_deref())];
    let found = toolchain::installed_version(tools, "worker-build", "worker-build");
    findings.push(tool("worker-build", toolchain::WORKER_BUILD, found.as_deref()));
    // Without a version in Cargo.lock there is none to compare with: that is told of elsewhere.
    if let Ok(lockfile) = Lockfile::read(&project.workspace)
        && let Ok(pinned) = toolchain::wasm_bindgen(&lockfile)
    {
        let found = toolchain::installed_version(tools, "wasm-bindgen-cli", "wasm-bindgen");
        findings.push(tool("wasm-bindgen", pinned, found.as_deref()));
    }
    let is_complete = toolchain::are_tools_complete(tools);
    for (name, package) in FROM_NPM {
        let pinned = toolchain::pinned_version(package).unwrap_or_default();
        let finding = match package_version(&tools.npm(), package) {
            Some(found) if found == pinned && !is_complete => interrupted(name),
            found => tool(name, &pinned, found.as_deref()),
        };
        findings.push(finding);
    }
    findings
}

/// Output of a program's `--version`: of ours where there is one, as everywhere else.
fn version(tools: &Tools, program: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.arg("--version").envs(tools.environment());
    process::run(&mut command, |_| ()).ok().map(|said| said.trim().to_owned())
}

#[derive(Deserialize)]
struct Manifest {
    version: String,
}

/// Of a package that is installed in a folder.
fn package_version(folder: &Path, package: &str) -> Option<String> {
    let path = folder.join("node_modules").join(package).join("package.json");
    let manifest: Manifest = serde_json::from_str(&files::read_if_present(&path).ok()??).ok()?;
    Some(manifest.version)
}

/// `said` is what `node --version` prints.
fn node(said: Option<&str>, has_npm: bool) -> Finding {
    const TITLE: &str = "node";
    let (major, minor) = toolchain::OLDEST_NODE;
    let install = format!("install Node.js {major}.{minor} or newer from https://nodejs.org");
    let Some(said) = said else {
        return Finding::problem(TITLE, "`node` cannot be started", install);
    };
    let is_new =
        toolchain::node_version(said).is_some_and(|version| version >= toolchain::OLDEST_NODE);
    if is_new {
        return Finding::ok(TITLE, format!("{said}; wrangler needs {major}.{minor} or newer"));
    }
    let found = format!("{said} is too old: wrangler needs {major}.{minor} or newer");
    if has_npm {
        let fix = format!("`cargo toolgate setup` installs one; or {install}");
        return Finding::warning(TITLE, found, fix);
    }
    Finding::problem(TITLE, found, install)
}

fn npm(said: Option<&str>) -> Finding {
    match said {
        Some(version) => Finding::ok("npm", version),
        None => Finding::problem(
            "npm",
            "`npm` cannot be started",
            "install Node.js with npm, from https://nodejs.org or by the system's own packages",
        ),
    }
}

fn tool(name: &str, pinned: &str, found: Option<&str>) -> Finding {
    match found {
        Some(found) if found == pinned => Finding::ok(name, found),
        Some(found) => {
            Finding::warning(name, format!("{found} is installed, {pinned} is needed"), SETUP)
        }
        None => Finding::warning(name, format!("{pinned} is not installed yet"), SETUP),
    }
}

fn interrupted(name: &str) -> Finding {
    Finding::warning(name, "its installation has not come to its end", SETUP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    #[test]
    fn an_old_node_is_replaced_where_npm_can_do_it() {
        assert_eq!(node(Some("v22.12.0"), false).status, Status::Ok);
        assert_eq!(node(Some("v22.11.9"), true).status, Status::Warning);
        assert_eq!(node(Some("v20.20.2"), false).status, Status::Problem);
        assert_eq!(node(Some("what?"), false).status, Status::Problem);
        let none = node(None, false);
        assert_eq!(none.status, Status::Problem);
        assert!(none.fix.is_some_and(|fix| fix.contains("22.12 or newer")));
    }

    #[test]
    fn a_missing_npm_is_a_problem() {
        assert_eq!(npm(Some("10.9.0")).status, Status::Ok);
        assert_eq!(npm(None).status, Status::Problem);
    }

    #[test]
    fn a_tool_of_another_version_names_both() {
        assert_eq!(tool("wrangler", "4.164.0", Some("4.164.0")).status, Status::Ok);
        let other = tool("wrangler", "4.164.0", Some("4.100.0"));
        assert_eq!(other.status, Status::Warning);
        assert_eq!(other.found, "4.100.0 is installed, 4.164.0 is needed");
        assert_eq!(tool("wrangler", "4.164.0", None).status, Status::Warning);
    }

    #[test]
    fn every_program_of_npm_has_a_pinned_version() {
        for (_, package) in FROM_NPM {
            assert!(toolchain::pinned_version(package).is_some_and(|version| !version.is_empty()));
        }
    }

    #[test]
    fn what_is_installed_is_read_without_starting_it() {
        let folder = std::env::temp_dir().join(format!("toolgate-programs-{}", std::process::id()));
        assert_eq!(package_version(&folder, "wrangler"), None);
        let package = folder.join("node_modules/wrangler");
        std::fs::create_dir_all(&package).expect("a folder");
        std::fs::write(package.join("package.json"), "{\"version\":\"4.1.0\"}").expect("a file");
        assert_eq!(package_version(&folder, "wrangler").as_deref(), Some("4.1.0"));
        std::fs::remove_dir_all(&folder).expect("it is removed");
    }
}
