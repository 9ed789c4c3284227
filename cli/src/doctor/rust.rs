//! The compiler, and the target that Workers are compiled for.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::finding::Finding;
use crate::project::Project;
use crate::{Result, files, process, toolchain};

/// Oldest Rust for Toolgate itself, as `major.minor`.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

const INSTALL: &str = "install Rust by https://rustup.rs, then run this again";

pub(super) fn findings(project: &Project) -> Vec<Finding> {
    let mut query = Command::new("rustc");
    query.arg("--version").current_dir(&project.root);
    let version = process::run(&mut query, |_| ());
    let wanted = wanted(&manifest(&project.root), &manifest(&project.workspace));
    vec![compiler(&version, &wanted), target(&toolchain::has_wasm(&project.root))]
}

/// The text of a folder's `Cargo.toml`; whoever started this has read it before.
fn manifest(folder: &Path) -> String {
    files::read_if_present(&folder.join("Cargo.toml")).ok().flatten().unwrap_or_default()
}

fn compiler(version: &Result<String>, wanted: &str) -> Finding {
    const TITLE: &str = "rustc";
    let said = match version {
        Ok(said) => said.trim(),
        Err(error) => return Finding::problem(TITLE, error.message(), INSTALL),
    };
    let number = said.split_whitespace().nth(1).unwrap_or_default();
    let Some((found, needed)) = numbers(number).zip(numbers(wanted)) else {
        let found = format!("`rustc --version` says `{said}`, which is no version of Rust");
        return Finding::problem(TITLE, found, INSTALL);
    };
    if found >= needed {
        return Finding::ok(TITLE, format!("{number}; {wanted} or newer is needed"));
    }
    let found = format!("{number} is too old: {wanted} or newer is needed");
    Finding::problem(TITLE, found, "`rustup update stable && rustup default stable`")
}

fn target(found: &Result<bool>) -> Finding {
    let name = toolchain::TARGET;
    let add = format!("`rustup target add {name}`");
    match found {
        Ok(true) => Finding::ok("wasm target", format!("{name} is installed")),
        Ok(false) => Finding::problem("wasm target", format!("{name} is not installed"), add),
        Err(error) => Finding::problem("wasm target", error.message(), INSTALL),
    }
}

#[derive(Default, Deserialize)]
struct Manifest {
    package: Option<Package>,
    workspace: Option<Workspace>,
}

#[derive(Deserialize)]
struct Workspace {
    package: Option<Package>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    rust_version: Option<toml::Value>,
}

/// The oldest compiler that both the package and Toolgate take.
fn wanted(manifest: &str, workspace: &str) -> String {
    let read = |text| toml::from_str::<Manifest>(text).unwrap_or_default();
    let own = read(manifest).package.and_then(|package| package.rust_version);
    let shared = || read(workspace).workspace?.package?.rust_version;
    let own = own.and_then(|own| if own.is_table() { shared() } else { Some(own) });
    let own = own.as_ref().and_then(toml::Value::as_str).unwrap_or(OLDEST);
    (if numbers(own) > numbers(OLDEST) { own } else { OLDEST }).to_owned()
}

/// `1.95.0-nightly` and `1.95` as numbers.
fn numbers(version: &str) -> Option<(u32, u32, u32)> {
    let plain = version.split(['-', '+']).next()?;
    let mut parts = plain.split('.').map(str::parse);
    let (major, minor) = (parts.next()?.ok()?, parts.next()?.ok()?);
    Some((major, minor, parts.next().transpose().ok()?.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use crate::doctor::finding::Status;

    fn status(said: &str, wanted: &str) -> Status {
        compiler(&Ok(said.to_owned()), wanted).status
    }

    #[test]
    fn the_compiler_is_compared_by_number() {
        assert_eq!(status("rustc 1.95.0 (abc 2026-04-14)\n", "1.91"), Status::Ok);
        assert_eq!(status("rustc 1.91.0-nightly (abc 2026-04-14)", "1.91"), Status::Ok);
        assert_eq!(status("rustc 1.100.0 (abc 2026-04-14)", "1.91.1"), Status::Ok);
        assert_eq!(status("rustc 1.91.0 (abc 2026-04-14)", "1.91.1"), Status::Problem);
        assert_eq!(status("rustc 1.9.0 (abc 2026-04-14)", "1.91"), Status::Problem);
        assert_eq!(status("not rustc", "1.91"), Status::Problem);
    }

    #[test]
    fn an_old_or_missing_compiler_comes_with_the_command() {
        let old = compiler(&Ok("rustc 1.80.0 (abc 2024-07-21)".to_owned()), "1.91");
        assert!(old.found.contains("1.80.0 is too old: 1.91"), "{}", old.found);
        assert!(old.fix.is_some_and(|fix| fix.contains("rustup update stable")));
        let none = compiler(&Err(Error::new("cannot start `rustc`")), "1.91");
        assert_eq!(none.status, Status::Problem);
        assert!(none.fix.is_some_and(|fix| fix.contains("https://rustup.rs")));
    }

    #[test]
    fn the_wanted_version_is_that_of_the_package_or_the_workspace_but_never_below_toolgate_s() {
        let shared = "[workspace.package]\nrust-version = \"1.99\"\n";
        let own = |value: &str| format!("[package]\nname = \"a\"\n{value}\n");
        assert_eq!(wanted(&own("rust-version = \"1.98.1\""), shared), "1.98.1");
        assert_eq!(wanted(&own("rust-version.workspace = true"), shared), "1.99");
        assert_eq!(wanted(&own("rust-version = \"1.60\""), shared), OLDEST);
        assert_eq!(wanted(&own(""), shared), OLDEST);
        assert_eq!(wanted("not TOML", ""), OLDEST);
    }

    #[test]
    fn a_missing_target_comes_with_the_command() {
        assert_eq!(target(&Ok(true)).status, Status::Ok);
        let missing = target(&Ok(false));
        assert_eq!(missing.status, Status::Problem);
        let fix = missing.fix.unwrap_or_default();
        assert!(fix.contains("rustup target add wasm32-unknown-unknown"), "{fix}");
    }
}
