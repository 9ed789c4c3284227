//! Building for this machine, also where cargo is told to build for another one.
//!
//! A server that is only ever a Worker may have `[build] target = "wasm32-unknown-unknown"`; its tests
//! and the installed tools run here nevertheless.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::{Doing, Error, Result, files, process};

/// cargo's variable for the same.
const VARIABLE: &str = "CARGO_BUILD_TARGET";

#[derive(Deserialize)]
struct Config {
    build: Option<Build>,
}

#[derive(Deserialize)]
struct Build {
    target: Option<toml::Value>,
}

/// Makes a command of cargo in this folder build for this machine. Only where something says otherwise
/// is the target named: with a name, cargo builds into another folder, everything again.
pub(crate) fn build_for(command: &mut Command, folder: &Path) -> Result<()> {
    command.env_remove(VARIABLE);
    if config_files(folder).iter().any(|file| names_target(file)) {
        command.args(["--target", &triple(folder)?]);
    }
    Ok(())
}

/// Those that cargo reads for a folder.
fn config_files(folder: &Path) -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
        home.map(|home| PathBuf::from(home).join(".cargo"))
    });
    let above = folder.ancestors().map(|folder| folder.join(".cargo"));
    above
        .chain(home)
        .flat_map(|folder| ["config.toml", "config"].map(|name| folder.join(name)))
        .collect()
}

/// A file that cannot be read is cargo's to complain of.
fn names_target(file: &Path) -> bool {
    let text = files::read_if_present(file).ok().flatten().unwrap_or_default();
    let config = toml::from_str::<Config>(&text).ok();
    config.and_then(|config| config.build?.target).is_some()
}

/// Target triple of this machine, for the toolchain of the folder.
fn triple(folder: &Path) -> Result<String> {
    let mut query = Command::new("rustc");
    query.arg("-vV").current_dir(folder);
    let said =
        process::run(&mut query, |_| ()).doing(|| "ask rustc for this machine".to_owned())?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Error::new("`rustc -vV` names no host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(command: &Command) -> Vec<String> {
        command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn only_a_configured_target_is_overridden() {
        let root = std::env::temp_dir().join(format!("toolgate-host-{}", std::process::id()));
        let folder = root.join("servers/one");
        std::fs::create_dir_all(folder.join(".cargo")).expect("a folder");
        std::fs::create_dir_all(root.join(".cargo")).expect("a folder");
        let mut plain = Command::new("cargo");
        build_for(&mut plain, &folder).expect("it is prepared");
        assert!(arguments(&plain).is_empty());
        assert!(plain.get_envs().any(|(name, value)| name == VARIABLE && value.is_none()));
        for (place, text) in [
            (folder.join(".cargo/config.toml"), "[build]\ntarget = \"wasm32-unknown-unknown\"\n"),
            (root.join(".cargo/config.toml"), "build.target = [\"wasm32-unknown-unknown\"]\n"),
        ] {
            std::fs::write(&place, text).expect("a file");
            let mut told = Command::new("cargo");
            build_for(&mut told, &folder).expect("it is prepared");
            assert_eq!(arguments(&told)[0], "--target", "{text}");
            assert!(!arguments(&told)[1].contains("wasm32"), "{text}");
            std::fs::remove_file(&place).expect("it is removed");
        }
        std::fs::remove_dir_all(&root).expect("it is removed");
    }
}
