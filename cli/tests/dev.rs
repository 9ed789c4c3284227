//! `cargo toolgate dev` where it cannot start: one message with the fix, before anything is installed.

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
