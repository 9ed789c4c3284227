//! What `keys rotate` does to files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const OLD: &str = "5f1d7a3c9b2e8046a1c7d3f59e0b6284c8e1f7a2b3d4956071829fa0bcde3f14";

/// A server in a folder of its own, removed when the test ends.
struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn server(name: &str, config: &str, variables: &str) -> Server {
    let root = std::env::temp_dir().join(format!("toolgate-keys-{name}-{}", std::process::id()));
    std::fs::create_dir_all(root.join("src")).expect("a folder");
    let manifest = "[package]\nname = \"a-server\"\nedition = \"2024\"\n[workspace]\n";
    let files = [("Cargo.toml", manifest), ("src/lib.rs", ""), ("mcp.toml", config)];
    for (file, text) in files.into_iter().chain([(".dev.vars", variables)]) {
        std::fs::write(root.join(file), text).expect("a file");
    }
    Server(root)
}

fn rotate(server: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.args(["toolgate", "keys", "rotate"]).args(arguments).arg("--project").arg(server);
    command.output().expect("it starts")
}

fn read(server: &Server, file: &str) -> String {
    std::fs::read_to_string(server.0.join(file)).unwrap_or_default()
}

/// The keys of the file.
fn keys(server: &Server) -> Vec<String> {
    let text = read(server, ".dev.vars");
    let list = text.split('"').nth(1).unwrap_or_default();
    list.split(',').map(str::to_owned).collect()
}

const CONFIG: &str = "[server]\nname = \"A server\"\n";

#[test]
fn the_new_key_is_in_the_file_and_not_on_the_terminal() {
    let before = format!("COOKIE_ENCRYPTION_KEY={OLD} # the key\n");
    let server = server("new", CONFIG, &before);
    let output = rotate(&server.0, &[]);
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(
        output.status.success() && said.contains("cargo toolgate wrangler -- secret put"),
        "{said}"
    );
    let keys = keys(&server);
    assert_eq!((keys.len(), keys[1].as_str()), (2, OLD));
    assert!(keys.iter().all(|key| !said.contains(key)), "{said}");
    assert!(read(&server, ".dev.vars").ends_with("\" # the key\n"));
    assert_eq!(read(&server, ".toolgate/.dev.vars.before-rotation"), before);
    assert_eq!(read(&server, ".toolgate/.gitignore"), "*\n");
}

#[test]
fn keys_are_printed_when_asked_for() {
    let server = server("print", CONFIG, &format!("COOKIE_ENCRYPTION_KEY={OLD}\n"));
    let said = String::from_utf8(rotate(&server.0, &["--print"]).stdout).expect("text");
    assert!(said.contains(&format!("\n{}\n", keys(&server).join(","))), "{said}");
}

#[test]
fn what_cannot_be_rotated_is_left_as_it_is() {
    for (name, config, variables) in [
        ("weak", CONFIG, "COOKIE_ENCRYPTION_KEY=short-and-secret\n"),
        ("none", CONFIG, "OTHER=1\n"),
        ("broken", "[polices.x]\n", "COOKIE_ENCRYPTION_KEY=short-and-secret\n"),
    ] {
        let server = server(name, config, variables);
        let output = rotate(&server.0, &[]);
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("help: ") && !said.contains("short-and-secret"), "{said}");
        assert_eq!(read(&server, ".dev.vars"), variables);
        assert!(!server.0.join(".toolgate").exists(), "{name}");
    }
}
