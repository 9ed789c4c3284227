//! Location of the installed tools, and the environment that makes programs use them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names one folder for all tools, whatever their versions.
const FOLDER: &str = "TOOLGATE_DIR";

/// The folders that hold everything `cargo toolgate` installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    folder: PathBuf,
    worker_build: PathBuf,
    wasm_bindgen: PathBuf,
    npm: PathBuf,
    node: PathBuf,
}

/// Versions that tell one set of tools from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Versions<'a> {
    /// Of worker-build.
    pub(crate) worker_build: &'a str,
    /// Of wasm-bindgen, which differs between servers.
    pub(crate) wasm_bindgen: &'a str,
    /// Of what npm installs.
    pub(crate) npm: &'a str,
    /// Of Node.js.
    pub(crate) node: &'a str,
}

impl Tools {
    /// Those of the folder that `TOOLGATE_DIR` names, if it names one.
    pub fn named() -> Option<Self> {
        let folder = env::var_os(FOLDER).filter(|folder| !folder.is_empty())?;
        // Programs are started in other folders, where a relative one would be another.
        let folder = PathBuf::from(folder);
        Some(Self::at(std::path::absolute(&folder).unwrap_or(folder)))
    }

    /// In this very folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        let [cargo, npm, node] = ["cargo", "npm", "node"].map(|name| folder.join(name));
        Self { folder, worker_build: cargo.clone(), wasm_bindgen: cargo, npm, node }
    }

    /// In the user's cache, which all servers share: each version has a folder of its own, so that none
    /// takes away what another one runs.
    pub(crate) fn cached(versions: Versions<'_>) -> Option<Self> {
        let folder = cache()?.join("toolgate");
        let of = |name: &str, version: &str| folder.join(format!("{name}-{version}"));
        Some(Self {
            worker_build: of("worker-build", versions.worker_build),
            wasm_bindgen: of("wasm-bindgen", versions.wasm_bindgen),
            npm: of("npm", versions.npm),
            node: of("node", versions.node),
            folder,
        })
    }

    /// The folder that all of them are in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The root that `cargo install` installs a package into.
    pub(crate) fn cargo_root(&self, package: &str) -> &Path {
        if package.starts_with("wasm-bindgen") { &self.wasm_bindgen } else { &self.worker_build }
    }

    /// The folder with `package.json` and `node_modules`.
    pub fn npm(&self) -> PathBuf {
        self.npm.clone()
    }

    /// The same for Node.js itself.
    pub fn node(&self) -> PathBuf {
        self.node.clone()
    }

    /// The path of a program that cargo installed.
    pub fn cargo_binary(&self, name: &str) -> PathBuf {
        let bin = self.cargo_root(name).join("bin");
        bin.join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The path of a program that npm installed.
    pub fn npm_binary(&self, name: &str) -> PathBuf {
        let suffix = if cfg!(windows) { ".cmd" } else { "" };
        self.npm().join("node_modules/.bin").join(format!("{name}{suffix}"))
    }

    /// Variables for child processes: our tools come first, and worker-build downloads nothing.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("PATH", self.path()),
            // The build command of wrangler.jsonc finds worker-build there, and installs nothing.
            ("CARGO_INSTALL_ROOT", self.worker_build.clone().into()),
            ("WASM_BINDGEN_BIN", self.cargo_binary("wasm-bindgen").into()),
            ("WASM_OPT_BIN", self.npm_binary("wasm-opt").into()),
            ("ESBUILD_BIN", self.npm_binary("esbuild").into()),
            ("WRANGLER_SEND_METRICS", "false".into()),
        ]
    }

    fn path(&self) -> OsString {
        let ours = [
            self.node().join("node_modules/.bin"),
            self.npm().join("node_modules/.bin"),
            self.worker_build.join("bin"),
            self.wasm_bindgen.join("bin"),
        ];
        let theirs = env::var_os("PATH").unwrap_or_default();
        let all = ours.into_iter().chain(env::split_paths(&theirs));
        // Only a folder whose name contains the separator cannot be joined.
        env::join_paths(all).unwrap_or(theirs)
    }
}

/// Folder in which programs keep what they can get again.
fn cache() -> Option<PathBuf> {
    let absolute =
        |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || absolute("HOME");
    absolute("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            absolute("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            Some(home()?.join("Library/Caches"))
        } else {
            Some(home()?.join(".cache"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_differ_are_in_folders_that_differ() {
        let versions = Versions { worker_build: "1", wasm_bindgen: "2", npm: "3", node: "4" };
        let newer = Versions { wasm_bindgen: "9", ..versions };
        let (Some(one), Some(other)) = (Tools::cached(versions), Tools::cached(newer)) else {
            return;
        };
        assert_ne!(one.cargo_binary("wasm-bindgen"), other.cargo_binary("wasm-bindgen"));
        assert_eq!(one.cargo_binary("worker-build"), other.cargo_binary("worker-build"));
        assert_eq!((one.npm(), one.node()), (other.npm(), other.node()));
        assert_eq!(one.folder(), other.folder());
    }
}
