//! What `cargo toolgate new` makes, and what it leaves alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// An empty folder outside every repository, removed when the test ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn folder(name: &str) -> Folder {
    let root = std::env::temp_dir().join(format!("toolgate-new-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).expect("a folder");
    Folder(root)
}

/// Without a network: whoever asks a registry is told that there is none.
fn new(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.args(["toolgate", "new"]).args(arguments).current_dir(folder);
    command.env("CARGO_NET_OFFLINE", "true").env("HTTPS_PROXY", "http://127.0.0.1:9");
    command.stdin(Stdio::null()).output().expect("it starts")
}

fn made(folder: &Path, arguments: &[&str]) -> String {
    let output = new(folder, arguments);
    let (said, error) = (output.stdout, String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{error}");
    String::from_utf8(said).expect("text")
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = new(folder, arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "nothing was made");
    String::from_utf8(output.stderr).expect("text")
}

/// Names and texts of all that is in a folder, what begins with a dot included.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut folders, mut found) = (vec![folder.to_owned()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                found.insert(path.clone(), Vec::new());
                folders.push(path);
            } else {
                found.insert(path.clone(), fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

fn check(server: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.args(["toolgate", "check", "--no-build"]).current_dir(server);
    command.output().expect("it starts")
}

#[test]
fn every_template_with_every_storage_is_a_server_without_faults() {
    let folder = folder("all");
    for template in ["access", "minimal", "oidc", "github", "agent"] {
        for storage in ["durable-object", "kv", "d1"] {
            let name = format!("{template}-{storage}");
            made(&folder.0, &[&name, "--template", template, "--storage", storage, "--yes"]);
            let server = folder.0.join(&name);
            let checked = check(&server);
            let said = String::from_utf8_lossy(&checked.stderr);
            assert!(checked.status.success(), "{name}: {said}");
            let deployed = fs::read_to_string(server.join("wrangler.jsonc")).expect("a file");
            assert!(deployed.contains(&format!("\"name\": \"{name}\"")), "{deployed}");
        }
    }
}

#[test]
fn nobody_is_asked_where_nobody_can_answer() {
    let folder = folder("asked");
    let said = made(&folder.0, &["weather"]);
    assert!(said.contains("template `access`, storage `durable-object`"), "{said}");
    let next: Vec<_> = said.lines().skip_while(|line| *line != "Next:").skip(1).collect();
    assert_eq!(next.len(), 3, "{said}");
    assert!(next[0].ends_with("cd weather") && next[1].contains("cargo toolgate dev"), "{said}");

    let error = refused(&folder.0, &[]);
    assert!(error.contains("needs a name") && error.contains("help: name it"), "{error}");
}

#[test]
fn toolgate_comes_from_the_repository_that_is_named_or_that_the_program_was_built_from() {
    let folder = folder("source");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it");
    let expected = repository.join("runtime");
    let named = repository.to_string_lossy().into_owned();
    made(&folder.0, &["one"]);
    made(&folder.0, &["two", "--toolgate", &named]);
    for server in ["one", "two"] {
        let text = fs::read_to_string(folder.0.join(server).join("Cargo.toml")).expect("a file");
        let manifest: toml::Table = toml::from_str(&text).expect("TOML");
        let path = manifest["dependencies"]["toolgate"]["path"].as_str().expect("a path");
        assert_eq!(Path::new(path), expected);
    }
    let error = refused(&folder.0, &["three", "--toolgate", "."]);
    assert!(error.contains("`toolgate` is not in .") && error.contains("= help: "), "{error}");
    assert!(!folder.0.join("three").exists());
}

#[test]
fn what_is_there_already_is_not_touched() {
    let folder = folder("existing");
    fs::create_dir(folder.0.join("empty")).expect("a folder");
    fs::write(folder.0.join("file"), "mine").expect("a file");
    let before = contents(&folder.0);
    for name in ["empty", "file"] {
        let error = refused(&folder.0, &[name]);
        assert!(error.contains("is there already, and was not touched"), "{error}");
        assert!(error.contains("help: choose another name"), "{error}");
    }
    assert_eq!(contents(&folder.0), before);
}

#[test]
fn a_name_that_no_package_can_have_is_refused_with_its_characters() {
    let folder = folder("name");
    let error = refused(&folder.0, &["My Server"]);
    assert!(error.contains("it has ` `, `M`, `S`"), "{error}");
    assert!(error.contains("`my-server`"), "{error}");
    assert!(contents(&folder.0).is_empty());
}

#[test]
fn a_word_that_is_no_template_or_storage_is_wrong_usage() {
    let folder = folder("usage");
    for arguments in [["a", "--template", "azure"], ["a", "--storage", "disk"]] {
        let output = new(&folder.0, &arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("possible values"), "{said}");
    }
    assert!(contents(&folder.0).is_empty());
}

/// A folder that nobody can write to, root included.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_said_to_be_so() {
    let error = refused(Path::new("/proc/self"), &["weather"]);
    assert!(error.contains("cannot write /proc/"), "{error}");
}

/// By the limit on the size of files, which the lock file is beyond.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_in_the_middle_leaves_no_half_of_a_server() {
    let folder = folder("killed");
    let mut command = Command::new("bash");
    let limited = "ulimit -f 8; exec \"$0\" toolgate new weather";
    command.args(["-c", limited, env!("CARGO_BIN_EXE_cargo-toolgate")]).current_dir(&folder.0);
    let output = command.stdin(Stdio::null()).output().expect("bash starts");
    assert!(!output.status.success());
    assert!(!folder.0.join("weather").exists(), "half a server");
    made(&folder.0, &["weather"]);
    assert!(check(&folder.0.join("weather")).status.success());
}

#[test]
fn a_git_repository_is_made_where_there_is_none() {
    let folder = folder("git");
    made(&folder.0, &["outer"]);
    let outer = folder.0.join("outer");
    let head = fs::read_to_string(outer.join(".git/HEAD")).expect("a repository");
    assert_eq!(head.trim(), "ref: refs/heads/main");
    made(&outer, &["inner"]);
    assert!(outer.join("inner/Cargo.toml").exists());
    assert!(!outer.join("inner/.git").exists(), "a repository in a repository");
}

#[test]
fn editors_find_the_schema_and_git_does_not() {
    let folder = folder("schema");
    made(&folder.0, &["weather"]);
    let schema = folder.0.join("weather/.toolgate/mcp.schema.json");
    let schema = fs::read_to_string(schema).expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    assert!(schema["properties"]["identity"].is_object());
    let ignored = fs::read_to_string(folder.0.join("weather/.gitignore")).expect("a file");
    assert!(ignored.lines().any(|line| line == "/.toolgate"), "{ignored}");
}
