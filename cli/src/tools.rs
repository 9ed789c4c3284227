//! Where the tools of a workspace are, and the environment that makes programs use them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder that holds everything `cargo toolgate` installs and keeps.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// `.toolgate` in the workspace's root, or what `TOOLGATE_DIR` names, so that several
    /// projects can share one set of tools.
    pub fn of(workspace: &Path) -> Self {
        let shared = env::var_os("TOOLGATE_DIR").filter(|folder| !folder.is_empty());
        Self { folder: shared.map_or_else(|| workspace.join(".toolgate"), PathBuf::from) }
    }

    /// In this very folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The root that `cargo install` installs into.
    pub fn cargo_root(&self) -> PathBuf {
        self.folder.join("cargo")
    }

    /// The folder with `package.json` and `node_modules`.
    pub fn npm(&self) -> PathBuf {
        self.folder.join("npm")
    }

    /// The same for Node.js itself.
    pub fn node(&self) -> PathBuf {
        self.folder.join("node")
    }

    /// The path of a program that cargo installed.
    pub fn cargo_binary(&self, name: &str) -> PathBuf {
        self.cargo_root().join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX))
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
            ("CARGO_INSTALL_ROOT", self.cargo_root().into()),
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
            self.cargo_root().join("bin"),
        ];
        let theirs = env::var_os("PATH").unwrap_or_default();
        let all = ours.into_iter().chain(env::split_paths(&theirs));
        // Only a folder whose name contains the separator cannot be joined.
        env::join_paths(all).unwrap_or(theirs)
    }
}
