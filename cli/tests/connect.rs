//! What `connect` prints and writes, and its exit status. A case is a file of `tests/connect`;
//! `UPDATE=1 cargo test -p cargo-toolgate --test connect` rewrites them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own, removed when the test ends; also the home of the person.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("toolgate-connected-{name}-{id}"));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder.canonicalize().expect("a folder"))
    }

    /// With a server in it.
    fn with_server(name: &str) -> Self {
        let folder = Self::new(name);
        let manifest = "[package]\nname = \"my-server\"\nedition = \"2024\"\n[workspace]\n";
        std::fs::create_dir_all(folder.0.join("src")).expect("a folder");
        for (file, text) in [("Cargo.toml", manifest), ("src/lib.rs", ""), ("mcp.toml", "")] {
            std::fs::write(folder.0.join(file), text).expect("a file");
        }
        folder
    }

    fn connect(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.args(["toolgate", "connect"]).args(arguments).arg("--project").arg(&self.0);
        for name in ["CODEX_HOME", "XDG_CONFIG_HOME"] {
            command.env_remove(name);
        }
        for name in ["HOME", "USERPROFILE", "APPDATA"] {
            command.env(name, &self.0);
        }
        // rustup would look for its own files in that home.
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if let (None, Some(home)) = (std::env::var_os(name), std::env::home_dir()) {
                command.env(name, home.join(folder));
            }
        }
        command.output().expect("it starts")
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).expect("a file")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What went to standard output, where nothing else was said.
fn printed(output: Output) -> String {
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
    String::from_utf8(output.stdout).expect("text")
}

/// What is printed is that of the file.
fn prints(case: &str, arguments: &[&str]) {
    let folder = Folder::new(case);
    let found =
        printed(folder.connect(arguments)).replace(&folder.0.display().to_string(), "FOLDER");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connect").join(case);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == expected, "{} is out of date\n{found}", path.display());
}

const DEPLOYED: [&str; 4] = ["--name", "my-server", "--url", "https://my-server.acme.workers.dev"];

fn deployed<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &DEPLOYED].concat()
}

/// The names of all clients.
#[cfg(target_os = "linux")]
fn clients() -> Vec<String> {
    let list = printed(Folder::new("names").connect(&["--json"]));
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    let list = list.as_array().expect("a list").iter();
    list.map(|client| client["client"].as_str().expect("a name").to_owned()).collect()
}

// Elsewhere the file of Claude Desktop is in another folder.
#[cfg(target_os = "linux")]
#[test]
fn every_client_is_told_of_a_deployed_server_as_text_and_json() {
    for client in clients() {
        prints(&format!("{client}.txt"), &deployed(&[&client]));
        prints(&format!("{client}.json"), &deployed(&[&client, "--json"]));
    }
}

#[test]
fn what_is_for_all_projects_has_another_command_or_file() {
    prints("claude-code-global.txt", &deployed(&["claude-code", "--global"]));
    prints("cursor-global.json", &deployed(&["cursor", "--global", "--json"]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_on_this_machine_is_reached_from_here_only() {
    prints("claude-desktop-local.txt", &["claude-desktop", "--name", "my-server"]);
    prints("inspector-local.json", &["inspector", "--name", "my-server", "--json"]);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_client_there_is_a_list_of_them() {
    prints("clients.txt", &[]);
    prints("clients.json", &["--json"]);
}

#[test]
fn a_server_is_written_under_the_name_of_its_package_and_only_once() {
    let folder = Folder::with_server("write");
    std::fs::write(folder.0.join(".mcp.json"), "{\n  \"mcpServers\": {}\n}\n").expect("a file");
    let said = printed(folder.connect(&["claude-code", "--write"]));
    assert!(said.starts_with("added `my-server` to "), "{said}");
    assert!(said.contains(".mcp.json.backup"), "{said}");
    let written: serde_json::Value = serde_json::from_str(&folder.read(".mcp.json")).expect("JSON");
    let expected = serde_json::json!({ "type": "http", "url": "http://localhost:8788/mcp" });
    assert_eq!(written["mcpServers"]["my-server"], expected);
    let said = printed(folder.connect(&["claude-code", "--write"]));
    assert!(said.contains("already"), "{said}");
}

#[test]
fn the_file_of_the_person_is_written_when_asked_to() {
    let folder = Folder::with_server("global");
    printed(folder.connect(&["cursor", "--write", "--global"]));
    assert!(folder.read(".cursor/mcp.json").contains("http://localhost:8788/mcp"));
    let report = printed(folder.connect(&["codex", "--write", "--json"]));
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["outcome"], "added");
    assert_eq!(
        format!("{}\n", report["fragment"].as_str().expect("text")),
        folder.read(".codex/config.toml")
    );
}

#[test]
fn what_cannot_be_done_is_said_with_the_fix() {
    let folder = Folder::with_server("refused");
    std::fs::create_dir_all(folder.0.join(".cursor")).expect("a folder");
    let other = "{\"mcpServers\": {\"my-server\": {\"url\": \"https://old.example\"}}}";
    std::fs::write(folder.0.join(".cursor/mcp.json"), other).expect("a file");
    let cases: [(&[&str], i32, &str); 9] = [
        (&["cursor", "--write"], 1, "replace it with `--replace`"),
        (&["claude.ai"], 1, "deploy the server and name its address"),
        (&["inspector", "--write"], 1, "do what `cargo toolgate connect inspector` prints"),
        (&["claude-code", "--write", "--global"], 1, "cargo toolgate connect claude-code --global"),
        (&["cursor", "--replace"], 2, "--write"),
        (&["--write"], 2, "<CLIENT>"),
        (&["cursors"], 2, "'cursor'"),
        (&["cursor", "--name", "my server"], 2, "letters, digits"),
        (&["cursor", "--url", "http://acme.example"], 2, "write https://acme.example"),
    ];
    for (arguments, status, expected) in cases {
        let output = folder.connect(arguments);
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(said.contains(expected), "{expected} is missing in\n{said}");
        assert_eq!(output.status.code(), Some(status), "{said}");
    }
    assert_eq!(folder.read(".cursor/mcp.json"), other);
    printed(folder.connect(&["cursor", "--write", "--replace"]));
    assert_eq!(folder.read(".cursor/mcp.json.backup"), other);
}

#[test]
fn without_a_server_and_a_name_nobody_knows_what_to_connect() {
    let output = Folder::new("nothing").connect(&["cursor"]);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.starts_with("error: no mcp.toml beside a Cargo.toml"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}
