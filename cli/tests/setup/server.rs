//! A server, and a stand-in of wrangler that writes down how it is called, and answers as wrangler does.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Arguments go to `calls`, standard input to `input`; `answers/<first words>` is what it prints, and
/// without such a file it fails.
const STAND_IN: &str = "#!/bin/sh\n\
    cd \"$(dirname \"$0\")/../../..\"\n\
    echo \"$*\" >> calls\n\
    case \"$*\" in secret\\ bulk*) cat >> input;; esac\n\
    name=$(echo \"$*\" | sed 's/ --env=.*//' | tr ' /' '__')\n\
    if [ -f \"answers/$name\" ]; then cat \"answers/$name\"; exit 0; fi\n\
    if [ -f \"refusals/$name\" ]; then cat \"refusals/$name\"; exit 1; fi\n\
    echo 'not known' >&2; exit 1\n";

/// A server and its tools in a folder of their own, removed when the test ends.
pub struct Server(pub PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Server {
    pub fn new(name: &str, config: &str) -> Self {
        let root =
            std::env::temp_dir().join(format!("toolgate-setup-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let server = Self(root);
        let manifest = "[package]\nname = \"demo\"\nedition = \"2024\"\n[workspace]\n";
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        server.write("Cargo.toml", manifest);
        server.write("Cargo.lock", lock);
        server.write("src/lib.rs", "");
        server.write("mcp.toml", config);
        // The tools are there, as after `setup --tools-only`.
        let npm = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm/tools");
        let pinned = ["package.json", "package-lock.json"]
            .map(|file| fs::read_to_string(npm.join(file)).expect("a file"));
        server.write("tools/npm/node_modules/.toolgate-stamp", &pinned.concat());
        for (name, version, default) in
            [("worker-build", "0.8.7", true), ("wasm-bindgen-cli", "0.2.130", false)]
        {
            let stamp = format!("{name} {version} default-features={default}\n");
            server.write(&format!("tools/cargo/.{name}.stamp"), &stamp);
        }
        server.program("tools/npm/node_modules/.bin/wrangler", STAND_IN);
        // A system without a Node.js that is new enough would install one.
        server.program("tools/bin/node", "#!/bin/sh\necho v22.12.0\n");
        server.answer("whoami --json", "{\"loggedIn\":true}");
        server.refuse("secret list --format json", "Worker \"demo\" not found.");
        server
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn program(&self, file: &str, text: &str) {
        self.write(file, text);
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.0.join(file), mode).expect("a mode");
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap_or_default()
    }

    pub fn answer(&self, call: &str, text: &str) {
        self.write(&format!("tools/answers/{}", call.replace([' ', '/'], "_")), text);
    }

    pub fn refuse(&self, call: &str, text: &str) {
        self.write(&format!("tools/refusals/{}", call.replace([' ', '/'], "_")), text);
    }

    pub fn setup(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.args(["toolgate", "setup"]).args(arguments).arg("--project").arg(&self.0);
        command.current_dir(&self.0).env("TOOLGATE_DIR", self.0.join("tools"));
        let theirs = std::env::var_os("PATH").unwrap_or_default();
        let folders =
            std::iter::once(self.0.join("tools/bin")).chain(std::env::split_paths(&theirs));
        command.env("PATH", std::env::join_paths(folders).expect("folders"));
        command.stdin(Stdio::null()).output().expect("it starts")
    }

    /// How wrangler was called since the last time.
    pub fn calls(&self) -> Vec<String> {
        let calls = self.read("tools/calls");
        let _ = fs::remove_file(self.0.join("tools/calls"));
        calls.lines().map(str::to_owned).collect()
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}
