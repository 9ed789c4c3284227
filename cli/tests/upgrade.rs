//! What `upgrade` changes: `upgrade/<case>/before.toml` becomes `after.toml`. `UPDATE=1 cargo test -p
//! cargo-toolgate --test upgrade` writes the latter anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A server in a folder of its own, removed when the test ends.
struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Server {
    fn new(name: &str, config: &str) -> Self {
        let id = std::process::id();
        let root = std::env::temp_dir().join(format!("toolgate-upgrade-{name}-{id}"));
        let _ = fs::remove_dir_all(&root);
        let server = Self(root);
        let manifest = "[package]\nname = \"demo\"\nedition = \"2024\"\n[workspace]\n";
        let lock = "[[package]]\nname = \"idna_adapter\"\nversion = \"1.0.0\"\n";
        server.write("Cargo.toml", manifest);
        server.write("Cargo.lock", lock);
        server.write("src/lib.rs", "");
        server.write("mcp.toml", config);
        server
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap_or_default()
    }

    fn upgrade(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.args(["toolgate", "upgrade"]).args(arguments).arg("--project").arg(&self.0);
        command.stdin(Stdio::null());
        command
    }

    /// Its exit status and what it said.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } =
            self.upgrade(arguments).output().expect("it starts");
        (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
    }

    /// Every file with its contents.
    fn files(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = fs::read_to_string(&path).expect("text");
                    found.push((path, text));
                }
            }
        }
        found.sort();
        found
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    cases
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n")
}

#[test]
fn each_file_becomes_what_is_beside_it_and_stays_so() {
    for case in cases() {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (before, after) = (text(&case.join("before.toml")), case.join("after.toml"));
        let server = Server::new(&name, &before);
        let (status, said) = server.run(&["--yes"]);
        assert_eq!(status, Some(0), "{name}: {said}");
        let found = server.read("mcp.toml");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&after, &found).expect("it can be written");
        }
        assert_eq!(found, text(&after), "{name}");
        toolgate_config::check(&found).expect("it is sound");
        let backup = if found == before { "" } else { &before };
        assert_eq!(server.read("mcp.toml.backup"), backup, "{name}");
        let files = server.files();
        let (status, said) = server.run(&["--yes"]);
        assert_eq!(status, Some(0), "{name}: {said}");
        assert!(said.contains("up to date"), "{name}: {said}");
        assert_eq!(server.files(), files, "{name}: a second run changes nothing");
    }
}

#[test]
fn line_breaks_of_windows_and_a_mark_in_front_stay() {
    for case in cases() {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let windows = |text: String| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let server =
            Server::new(&format!("windows-{name}"), &windows(text(&case.join("before.toml"))));
        let (status, said) = server.run(&["--yes"]);
        assert_eq!(status, Some(0), "{name}: {said}");
        assert_eq!(server.read("mcp.toml"), windows(text(&case.join("after.toml"))), "{name}");
    }
}

#[test]
fn nothing_is_changed_silently() {
    let server = Server::new("silent", "[server]\nname = \"Demo\"\n");
    let files = server.files();
    for (arguments, expected) in [(&["--check"][..], Some(1)), (&[], Some(0))] {
        let (status, said) = server.run(arguments);
        assert_eq!(status, expected, "{said}");
        for shown in [
            "+ schema_version = 2",
            "so that a later Toolgate knows",
            "+ #:schema ./.toolgate/mcp.schema.json",
            "wrangler.jsonc is rewritten",
            "worker-build 0.8.7 is the one",
            ".cargo/config.toml says how",
            "5 to change",
        ] {
            assert!(said.contains(shown), "{shown} is missing in\n{said}");
        }
        assert_eq!(server.files(), files);
    }
    assert_eq!(server.run(&["--yes"]).0, Some(0));
    let (status, said) = server.run(&["--check"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(server.read(".toolgate/mcp.schema.json").contains("schema_version"));
}

#[test]
fn who_has_secrets_moved_hears_that_the_purposes_are_still_to_be_written() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade/secrets-on-one-line");
    let server = Server::new("purposes", &text(&case.join("before.toml")));
    let (status, said) = server.run(&["--check"]);
    assert_eq!(status, Some(1), "{said}");
    for shown in [
        "the server's own secrets stand in [secrets], each with its purpose",
        "edit them",
        "+ STATUS_TOKEN = \"STATUS_TOKEN, a secret of this server\"",
    ] {
        assert!(said.contains(shown), "{shown} is missing in\n{said}");
    }
}

#[test]
fn flags_of_one_s_own_are_left_alone() {
    let server = Server::new("flags", "schema_version = 2\n[server]\nname = \"Demo\"\n");
    let own = "[build]\njobs = 1 # slow disk\n";
    server.write(".cargo/config.toml", own);
    assert_eq!(server.run(&["--yes"]).0, Some(0));
    let config = server.read(".cargo/config.toml");
    assert!(config.starts_with(own) && config.contains("--strip-all"), "{config}");
    assert_eq!(server.read(".cargo/config.toml.backup"), own);
    let own = "[target.wasm32-unknown-unknown]\nrustflags = \"-Cdebuginfo=1\"\n";
    server.write(".cargo/config.toml", own);
    let (status, said) = server.run(&["--check"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("note: ") && said.contains("--keep-section=target_features"), "{said}");
    assert_eq!(server.read(".cargo/config.toml"), own);
}

#[test]
fn files_that_cannot_be_read_are_left_as_they_are() {
    for (name, config, expected) in [
        ("newer", "schema_version = 99\n[server]\nname = \"Demo\"\n", "update `cargo-toolgate`"),
        ("broken", "[server\n", "mcp.toml:1:"),
        (
            "lower-case",
            "[server]\nname = \"Demo\"\n[wrangler.secrets]\nrequired = [\"status-token\"]\n",
            "`status-token` is not a name of a Worker secret",
        ),
        (
            "not-names",
            "[server]\nname = \"Demo\"\n[wrangler.secrets]\nrequired = [1]\n",
            "`wrangler.secrets` is generated from `[secrets]`",
        ),
        (
            "more-than-names",
            "[server]\nname = \"Demo\"\n[wrangler.secrets]\nrequired = [\"A\"]\nother = 1\n",
            "`wrangler.secrets` is generated from `[secrets]`",
        ),
        ("faulty", "[polices.x]\n[server]\nname = \"Demo\"\n", "unknown key `polices`"),
    ] {
        let server = Server::new(name, config);
        let files = server.files();
        let (status, said) = server.run(&["--yes"]);
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains(expected), "{said}");
        assert_eq!(server.files(), files);
    }
}

#[cfg(unix)]
#[test]
fn a_large_idna_adapter_is_locked_back_by_cargo() {
    use std::os::unix::fs::PermissionsExt as _;

    let server = Server::new("lock", "schema_version = 2\n[server]\nname = \"Demo\"\n");
    server.write("Cargo.lock", "[[package]]\nname = \"idna_adapter\"\nversion = \"1.2.1\"\n");
    let (_, said) = server.run(&["--check"]);
    assert!(said.contains("cargo update -p idna_adapter@1.2.1 --precise 1.0.0"), "{said}");
    // cargo would ask its registry; this one only does what it would do then.
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let stand_in = format!(
        "#!/bin/sh\nif [ \"$*\" = 'update -p idna_adapter@1.2.1 --precise 1.0.0' ]; then\n\
         sed -i.old s/1.2.1/1.0.0/ Cargo.lock; rm Cargo.lock.old; else exec '{cargo}' \"$@\"; fi\n"
    );
    server.write("bin/cargo", &stand_in);
    let program = server.0.join("bin/cargo");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("a mode");
    let theirs = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(server.0.join("bin")).chain(std::env::split_paths(&theirs));
    let path = std::env::join_paths(folders).expect("folders");
    let output = server.upgrade(&["--yes"]).env("PATH", path).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(server.read("Cargo.lock").contains("1.0.0"));
    assert_eq!(server.run(&["--check"]).0, Some(0));
}
