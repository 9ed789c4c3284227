//! Programs that come from crates.io.

use std::path::PathBuf;
use std::process::Command;

use super::stamp::Stamp;
use crate::step::{Step, cargo_progress};
use crate::tools::Tools;
use crate::{Doing, Result, files, host, process};

/// A package to install with cargo, and how.
#[derive(Debug, Clone, Copy)]
pub struct Package<'a> {
    name: &'a str,
    version: &'a str,
    default_features: bool,
    newer_rust: bool,
}

impl<'a> Package<'a> {
    /// Exactly this version, as its author built it.
    pub fn new(name: &'a str, version: &'a str) -> Self {
        Self { name, version, default_features: true, newer_rust: false }
    }

    /// Without the default features.
    #[must_use]
    pub fn without_default_features(self) -> Self {
        Self { default_features: false, ..self }
    }

    /// Also with a compiler older than its dependencies ask for.
    #[must_use]
    pub fn ignoring_rust_version(self) -> Self {
        Self { newer_rust: true, ..self }
    }
}

/// Installs a package unless exactly this one is there.
pub(super) fn ensure(tools: &Tools, package: &Package<'_>) -> Result<()> {
    let Package { name, version, .. } = package;
    let stamp = stamp(tools, package);
    if stamp.is_current() {
        return Ok(());
    }
    stamp.remove()?;
    let mut step = Step::start(format!("{name} {version}"));
    let mut installed = install(tools, package, true, &mut step);
    if installed.as_ref().is_err_and(|error| is_unresolvable(error.program_output())) {
        step.progress("its own lock file cannot be used here: taking compatible dependencies");
        installed = install(tools, package, false, &mut step);
    }
    match installed.and_then(|()| stamp.write()) {
        Ok(()) => {
            step.done();
            Ok(())
        }
        Err(error) => {
            step.failed();
            let fix = fix(error.program_output());
            Err(error.or_help(fix))
        }
    }
}

/// True if exactly this one is there.
pub(super) fn is_installed(tools: &Tools, package: &Package<'_>) -> bool {
    stamp(tools, package).is_current()
}

fn stamp(tools: &Tools, package: &Package<'_>) -> Stamp {
    let Package { name, version, default_features, .. } = package;
    let contents = format!("{name} {version} default-features={default_features}\n");
    Stamp::new(stamp_file(tools, name), contents)
}

fn stamp_file(tools: &Tools, name: &str) -> PathBuf {
    tools.cargo_root(name).join(format!(".{name}.stamp"))
}

/// The version of a package whose installation was finished.
pub(crate) fn installed_version(tools: &Tools, package: &str, binary: &str) -> Option<String> {
    let stamp = files::read_if_present(&stamp_file(tools, package)).ok()??;
    tools.cargo_binary(binary).is_file().then_some(())?;
    stamp.split_whitespace().nth(1).map(str::to_owned)
}

/// Removes what was compiled on the way, more than half a gigabyte.
pub(super) fn tidy(tools: &Tools) -> Result<()> {
    let build = build_folder(tools);
    if build.is_dir() {
        std::fs::remove_dir_all(&build).doing(|| format!("remove {}", build.display()))?;
    }
    Ok(())
}

/// One for all programs: they share dependencies, and an interrupted build is resumed.
fn build_folder(tools: &Tools) -> PathBuf {
    tools.folder().join("build")
}

/// Remedy for what is most often missing on a fresh machine.
fn fix(output: &str) -> &'static str {
    if output.contains("openssl") {
        "install the headers of OpenSSL, on Debian and Ubuntu: `apt install pkg-config libssl-dev`"
    } else if output.contains("linker `cc` not found") || output.contains("failed to find tool") {
        "install a C compiler, on Debian and Ubuntu: `apt install build-essential`"
    } else {
        "running this again resumes where it stopped"
    }
}

/// A registry (a mirror, for example) may lack a version that the package's lock file names.
fn is_unresolvable(output: &str) -> bool {
    output.contains("failed to select a version for the requirement")
}

fn install(tools: &Tools, package: &Package<'_>, locked: bool, step: &mut Step) -> Result<()> {
    let build = build_folder(tools);
    files::create_ignored_folder(&build)?;
    let mut command = Command::new("cargo");
    command.args(["install", package.name, "--version", package.version, "--force", "--root"]);
    command.arg(tools.cargo_root(package.name));
    command.args(locked.then_some("--locked"));
    command.args((!package.default_features).then_some("--no-default-features"));
    command.args(package.newer_rust.then_some("--ignore-rust-version"));
    command.current_dir(tools.folder());
    host::build_for(&mut command, tools.folder())?;
    command.env("CARGO_TARGET_DIR", &build);
    // These programs run for a moment; a full optimisation would cost minutes.
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    command.env("CARGO_PROFILE_RELEASE_LTO", "off");
    command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command.env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    // Flags that are meant for the user's own crates.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    process::run_logged(&mut command, &tools.folder().join("install.log"), |line| {
        step.progress(cargo_progress(line).unwrap_or(line.trim()));
    })
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::{fix, is_unresolvable};

    #[test]
    fn a_missing_library_is_named_with_the_package_that_has_it() {
        let said = "  openssl-sys = 0.9.111\n  It looks like you're compiling on Linux";
        assert!(fix(said).contains("libssl-dev"));
        assert!(fix("error: linker `cc` not found").contains("build-essential"));
        assert!(fix("error: could not compile `serde`").contains("again"));
    }

    #[test]
    fn only_a_resolver_error_is_tried_without_the_lock_file() {
        assert!(is_unresolvable(
            "error: failed to select a version for the requirement `webpki-roots = \"^1\"`"
        ));
        assert!(!is_unresolvable("error: could not compile `serde`"));
    }
}
