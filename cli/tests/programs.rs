//! Which programs are run, with stand-ins that write down how: where tools are installed, and what a server is
//! compiled for.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Removed when the test ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whatever is not installed or tested is the real cargo's.
const CARGO: &str = "#!/bin/sh\n\
    case $1 in\n\
    install)\n\
        while [ $# -gt 0 ]; do case $1 in --root) root=$2;; worker-build|wasm-bindgen-cli) name=$1;; --version) version=$2;; esac; shift; done\n\
        sleep 0.3; echo \"cargo $name $version\" >> \"$LOG\"; mkdir -p \"$root/bin\";;\n\
    test) echo \"$* ${CARGO_BUILD_TARGET-none}\" >> \"$LOG\"; echo '{\"version\":1,\"problems\":[]}' > \"$TOOLGATE_REGISTRY\";;\n\
    *) exec \"$REAL_CARGO\" \"$@\";;\n\
    esac\n";
const NPM: &str = "#!/bin/sh\nsleep 0.3; echo npm \"$1\" >> \"$LOG\"; mkdir -p node_modules\n";
const NODE: &str = "#!/bin/sh\necho v22.12.0\n";
const RUSTC: &str = "#!/bin/sh\nexec \"$REAL_RUSTC\" \"$@\"\n";
const RUSTUP: &str = "#!/bin/sh\nexit 0\n";

impl Folder {
    fn new(name: &str) -> Self {
        let root =
            std::env::temp_dir().join(format!("toolgate-programs-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let folder = Self(root);
        for (name, text) in
            [("cargo", CARGO), ("npm", NPM), ("node", NODE), ("rustc", RUSTC), ("rustup", RUSTUP)]
        {
            let path = folder.write(&format!("programs/{name}"), text);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        folder
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    fn server(&self, name: &str, wasm_bindgen: &str) -> PathBuf {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n[workspace]\n");
        let lock = format!("[[package]]\nname = \"wasm-bindgen\"\nversion = \"{wasm_bindgen}\"\n");
        let config = "[server]\nname = \"Server\"\n[identity]\nprovider = \"dev\"\n";
        for (file, text) in [
            ("Cargo.toml", manifest.as_str()),
            ("Cargo.lock", &lock),
            ("src/lib.rs", ""),
            ("mcp.toml", config),
        ] {
            self.write(&format!("{name}/{file}"), text);
        }
        self.0.join(name)
    }

    fn command(&self, server: &Path, arguments: &[&str]) -> Command {
        let mut path = self.0.join("programs").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let cargo = PathBuf::from(std::env::var_os("CARGO").expect("cargo runs the tests"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.arg("toolgate").args(arguments).arg("--project").arg(server).env("PATH", path);
        command.env("REAL_CARGO", &cargo).env("REAL_RUSTC", cargo.with_file_name("rustc"));
        command.env("LOG", self.0.join("log")).env("XDG_CACHE_HOME", self.0.join("cache"));
        command.env_remove("TOOLGATE_DIR").env_remove("CARGO_BUILD_TARGET");
        command
    }

    /// What was run since the last time.
    fn log(&self) -> Vec<String> {
        let text = fs::read_to_string(self.0.join("log")).unwrap_or_default();
        let _ = fs::remove_file(self.0.join("log"));
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn servers_share_their_tools_also_where_two_install_them_at_once() {
    let folder = Folder::new("shared");
    let servers = [folder.server("one", "0.2.130"), folder.server("two", "0.2.130")];
    let set_up = |server: &Path| folder.command(server, &["setup", "--tools-only"]);
    let both = servers.each_ref().map(|server| set_up(server).spawn().expect("it starts"));
    for child in both {
        succeeded(&child.wait_with_output().expect("it ends"));
    }
    assert_eq!(
        folder.log(),
        ["cargo wasm-bindgen-cli 0.2.130", "cargo worker-build 0.8.7", "npm ci"]
    );
    assert!(servers.iter().all(|server| !server.join(".toolgate").exists()), "it is in the cache");
    // One with another wasm-bindgen takes nothing from the others.
    let third = folder.server("three", "0.2.131");
    succeeded(&set_up(&third).output().expect("it starts"));
    assert_eq!(folder.log(), ["cargo wasm-bindgen-cli 0.2.131"]);
    for server in servers.iter().chain([&third]) {
        succeeded(&set_up(server).output().expect("it starts"));
    }
    assert!(folder.log().is_empty(), "everything was there");
    // A folder that is named is used as it is.
    let mut named = set_up(&third);
    succeeded(&named.env("TOOLGATE_DIR", folder.0.join("named")).output().expect("it starts"));
    assert!(folder.0.join("named/cargo/bin").exists() && folder.0.join("named/npm").exists());
}

#[test]
fn a_server_is_asked_on_this_machine_whatever_cargo_builds_for() {
    let folder = Folder::new("target");
    let server = folder.server("server", "0.2.130");
    let lock = || folder.command(&server, &["lock"]);
    succeeded(&lock().output().expect("it starts"));
    let plain = folder.log();
    assert_eq!(plain.len(), 1);
    assert!(plain[0].ends_with(" none") && !plain[0].contains("--target"), "{plain:?}");

    succeeded(
        &lock().env("CARGO_BUILD_TARGET", "wasm32-unknown-unknown").output().expect("it starts"),
    );
    assert_eq!(folder.log(), plain, "the variable is not handed on");

    folder.write("server/.cargo/config.toml", "[build]\ntarget = \"wasm32-unknown-unknown\"\n");
    succeeded(&lock().output().expect("it starts"));
    let told = folder.log();
    let target = told[0].split("--target ").nth(1).expect("a target");
    assert!(!target.starts_with("wasm32") && target.contains(" -- "), "{told:?}");
}
