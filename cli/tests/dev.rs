//! `cargo toolgate dev` where it cannot start: one message with the fix, before anything is installed.
//! And where it is interrupted: nothing that it started goes on.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A server without functions, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, config: &str) -> Self {
        let root = std::env::temp_dir().join(format!("toolgate-dev-{}-{name}", std::process::id()));
        fs::create_dir_all(root.join("src")).expect("a folder");
        let manifest = "[package]\nname = \"server\"\nversion = \"1.0.0\"\n[workspace]\n";
        for (file, text) in [("Cargo.toml", manifest), ("src/lib.rs", ""), ("mcp.toml", config)] {
            fs::write(root.join(file), text).expect("a file");
        }
        Self(root)
    }

    fn dev(&self, port: u16) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.args(["toolgate", "dev", "--port", &port.to_string(), "--project"]).arg(&self.0);
        command.env_remove("TOOLGATE_DIR").output().expect("it starts")
    }

    /// Refuses to start, and leaves the folder as it was.
    fn refusal(&self, port: u16) -> String {
        let output = self.dev(port);
        assert_eq!(output.status.code(), Some(1));
        assert!(!self.0.join(".toolgate").exists() && !self.0.join("wrangler.jsonc").exists());
        String::from_utf8(output.stderr).expect("text")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_occupied_port_is_named_with_the_fix() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let folder = Folder::new("port", "[server]\nname = \"Server\"\n");
    let error = folder.refusal(port);
    assert!(error.starts_with(&format!("error: port {port} cannot be used")), "{error}");
    assert!(error.contains("= help: stop the program that listens there"), "{error}");
}

#[test]
fn a_broken_mcp_toml_is_shown_with_its_place() {
    let folder = Folder::new("config", "[server]\nname = \"Server\"\n[storge]\n");
    let error = folder.refusal(free_port());
    assert!(error.starts_with("error: mcp.toml:3:2"), "{error}");
    assert!(error.contains("help"), "{error}");
}

fn free_port() -> u16 {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    probe.local_addr().expect("its address").port()
}

/// With stand-ins for the programs that it runs.
#[cfg(unix)]
mod interrupted {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::process::{Child, Stdio};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use super::*;

    const CONFIG: &str = "[server]\nname = \"Server\"\n[identity]\nprovider = \"dev\"\n";

    /// Writes down its environment. While there is a file `slow` it goes on for long, with a child
    /// that would outlive it; both leave a trace ten times a second.
    const WORKER_BUILD: &str = "#!/bin/sh\n\
        echo \"${TOOLGATE_ENV-none} $TOOLGATE_DEV\" > environment\n\
        beat() { for _ in $(seq 600); do echo >> $1; sleep 0.1; done; }\n\
        if [ -e slow ]; then beat compiler & beat builder; fi\n";

    /// Is up at once, and ends with its standard input. It knows the nonce from the first line.
    const NODE: &str = "#!/bin/sh\n\
        if [ \"$1\" = --version ]; then echo v22.12.0; exit; fi\n\
        read -r start; nonce=${start#*nonce\\\":\\\"}; nonce=${nonce%%\\\"*}\n\
        answer() { echo \"{\\\"nonce\\\":\\\"$nonce\\\",\\\"status\\\":\\\"ready\\\"}\"; }\n\
        answer; while read -r _; do answer; done\n";

    /// Ended with its test, also where that fails.
    struct Started(Child);

    impl Drop for Started {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    impl Folder {
        fn with_tools(name: &str) -> Self {
            let folder = Self::new(name, CONFIG);
            folder.write(
                "Cargo.lock",
                "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n",
            );
            let npm = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm/tools");
            let pinned = ["package.json", "package-lock.json"]
                .map(|file| fs::read_to_string(npm.join(file)).expect("a file"));
            folder.write(".toolgate/npm/node_modules/.toolgate-stamp", &pinned.concat());
            for (name, version, default) in
                [("worker-build", "0.8.7", true), ("wasm-bindgen-cli", "0.2.130", false)]
            {
                let stamp = format!("{name} {version} default-features={default}\n");
                folder.write(&format!(".toolgate/cargo/.{name}.stamp"), &stamp);
            }
            folder.program(".toolgate/cargo/bin/worker-build", WORKER_BUILD);
            folder.program("programs/node", NODE);
            folder
        }

        fn write(&self, file: &str, text: &str) {
            let path = self.0.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }

        fn program(&self, file: &str, text: &str) {
            self.write(file, text);
            let mode = fs::Permissions::from_mode(0o755);
            fs::set_permissions(self.0.join(file), mode).expect("a mode");
        }

        fn start(&self) -> Started {
            let mut path = self.0.join("programs").into_os_string();
            path.push(":");
            path.push(std::env::var_os("PATH").unwrap_or_default());
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
            command.args(["toolgate", "dev", "--port", &free_port().to_string(), "--project"]);
            command.arg(&self.0).env("PATH", path);
            // A relative one is of the folder that the command is run in, and not of the server.
            let name = Path::new(self.0.file_name().expect("a name"));
            let above = self.0.parent().expect("a folder");
            command.current_dir(above).env("TOOLGATE_DIR", name.join(".toolgate"));
            command.env("TOOLGATE_ENV", "preview");
            command.stderr(fs::File::create(self.0.join("errors")).expect("a file"));
            Started(command.stdout(Stdio::piped()).spawn().expect("it starts"))
        }

        /// How much both programs of a slow build have left.
        fn traces(&self) -> [u64; 2] {
            ["builder", "compiler"]
                .map(|name| fs::metadata(self.0.join(name)).map_or(0, |trace| trace.len()))
        }

        /// Waits for a slow build, sends a signal to the command alone, and gives its exit status.
        fn interrupt(&self, mut command: Started, signal: &str) -> Option<i32> {
            until("a slow build", || self.traces().iter().all(|trace| *trace > 0));
            let id = command.0.id().to_string();
            let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("kill");
            assert!(sent.success());
            let mut status = None;
            until("the end", || {
                status = command.0.try_wait().expect("a status");
                status.is_some()
            });
            status.and_then(|status| status.code())
        }

        fn assert_silence(&self) {
            let before = self.traces();
            sleep(Duration::from_millis(500));
            assert_eq!(self.traces(), before, "what was started goes on");
        }
    }

    fn until(what: &str, mut holds: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !holds() {
            assert!(Instant::now() < end, "{what} did not come");
            sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn the_first_build_ends_with_all_that_it_started() {
        for signal in ["INT", "TERM"] {
            let folder = Folder::with_tools(&format!("first-{signal}"));
            folder.write("slow", "");
            assert_eq!(folder.interrupt(folder.start(), signal), Some(130), "{signal}");
            folder.assert_silence();
        }
    }

    #[test]
    fn a_rebuild_ends_with_all_that_it_started() {
        let folder = Folder::with_tools("rebuild");
        let mut command = folder.start();
        let mut lines = BufReader::new(command.0.stdout.take().expect("its output")).lines();
        assert!(lines.any(|line| line.expect("text").contains("Ctrl-C stops it")));
        folder.write("slow", "");
        folder.write("src/lib.rs", "// Changed.\n");
        assert_eq!(folder.interrupt(command, "INT"), Some(1));
        folder.assert_silence();
    }

    #[test]
    fn a_secret_of_the_server_s_own_without_a_value_is_warned_of_until_it_has_one() {
        let folder = Folder::with_tools("secrets");
        let config =
            format!("{CONFIG}[secrets]\nWEATHER_TOKEN = \"token of the weather service\"\n");
        folder.write("mcp.toml", &config);
        let warned = || {
            let said = fs::read_to_string(folder.0.join("errors")).expect("text");
            let warning = "warning: WEATHER_TOKEN, which is your own, has no value in .dev.vars: \
                           token of the weather service\n  \
                           = help: write WEATHER_TOKEN=";
            said.matches(warning).count()
        };
        let mut command = folder.start();
        let mut lines = BufReader::new(command.0.stdout.take().expect("its output")).lines();
        let mut is_rebuilt = || lines.any(|line| line.expect("text").contains("is up to date"));
        until("a warning", || warned() == 1);
        folder.write("src/lib.rs", "// Changed.\n");
        assert!(is_rebuilt());
        until("another one", || warned() == 2);
        folder.write(".dev.vars", "WEATHER_TOKEN=\"never-shown\"\n");
        assert!(is_rebuilt());
        folder.write("src/lib.rs", "// Changed again.\n");
        assert!(is_rebuilt());
        assert_eq!(warned(), 2);
    }

    #[test]
    fn a_build_for_this_machine_hears_of_no_environment_of_a_deployment() {
        let folder = Folder::with_tools("environment");
        folder.write("slow", "");
        folder.interrupt(folder.start(), "INT");
        let environment = fs::read_to_string(folder.0.join("environment")).expect("it was built");
        assert_eq!(environment, "none 1\n");
    }
}
