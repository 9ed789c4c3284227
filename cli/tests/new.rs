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
fn where_an_alias_hides_the_program_nothing_is_made() {
    let folder = folder("alias");
    let below = folder.0.join("clone/servers");
    fs::create_dir_all(&below).expect("a folder");
    fs::create_dir_all(folder.0.join("clone/.cargo")).expect("a folder");
    let config = folder.0.join("clone/.cargo/config.toml");
    fs::write(&config, "[alias]\ndemo = \"run\"\n").expect("a file");
    made(&below, &["one"]);
    fs::write(&config, "[alias]\ntoolgate = [\"run\", \"--quiet\"]\n").expect("a file");
    let error = refused(&below, &["two"]);
    assert!(error.contains(".cargo/config.toml has an alias of that name"), "{error}");
    assert!(error.contains("= help: go to a folder outside of "), "{error}");
    assert!(!below.join("two").exists());
    // Said from there, and made elsewhere.
    made(&below, &["three", "--project", "../.."]);
    assert!(folder.0.join("three").is_dir());
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
fn a_commit_of_a_repository_can_be_the_source() {
    let folder = folder("commit");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let url = "https://example.com/toolgate";
    made(&folder.0, &["one", "--git", url, "--rev", commit]);
    let text = fs::read_to_string(folder.0.join("one/Cargo.toml")).expect("a file");
    let manifest: toml::Table = toml::from_str(&text).expect("TOML");
    assert_eq!(manifest["dependencies"]["toolgate"]["git"].as_str(), Some(url));
    assert_eq!(manifest["dependencies"]["toolgate"]["rev"].as_str(), Some(commit));
    let error = refused(&folder.0, &["two", "--git", url, "--rev", "main"]);
    assert!(error.contains("all 40 digits"), "{error}");
}

/// Somebody's workspace with a member, and what cargo says of it.
fn outer(folder: &Path, members: &str) -> impl Fn() -> bool {
    let manifest = format!("[workspace]\nresolver = \"2\"\nmembers = [{members}]\n");
    fs::create_dir_all(folder.join("crates/one/src")).expect("a folder");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    let one = "[package]\nname = \"one\"\nversion = \"1.0.0\"\n";
    fs::write(folder.join("crates/one/Cargo.toml"), one).expect("a file");
    fs::write(folder.join("crates/one/src/lib.rs"), "").expect("a file");
    let folder = folder.to_owned();
    move || {
        let mut metadata = Command::new("cargo");
        metadata.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let output = metadata.current_dir(&folder).output().expect("cargo starts");
        output.status.success()
    }
}

#[test]
fn a_workspace_that_takes_the_server_in_is_not_broken() {
    let folder = folder("workspace");
    let is_sound = outer(&folder.0, "\"crates/*\"");
    let crates = folder.0.join("crates");
    let error = refused(&crates, &["server"]);
    assert!(error.contains("includes crates/server"), "{error}");
    assert!(error.contains("--workspace exclude` or `--workspace member"), "{error}");
    assert!(!crates.join("server").exists());

    let said = made(&crates, &["server", "--workspace", "exclude"]);
    assert!(said.contains("excludes it now"), "{said}");
    let manifest = fs::read_to_string(folder.0.join("Cargo.toml")).expect("a file");
    assert!(manifest.contains("exclude = [\"crates/server\"]"), "{manifest}");
    assert!(is_sound(), "the workspace of before");
    assert!(check(&crates.join("server")).status.success(), "the server itself");

    made(&crates, &["second", "--yes"]);
    assert!(is_sound());
    let before = fs::read_to_string(folder.0.join("Cargo.toml")).expect("a file");
    let said = made(&crates, &["third", "--workspace", "member"]);
    assert!(said.contains("[profile.dev.package.idna]"), "{said}");
    assert!(is_sound());
    assert_eq!(fs::read_to_string(folder.0.join("Cargo.toml")).expect("a file"), before);
    assert!(!crates.join("third/Cargo.lock").exists());
}

#[test]
fn a_folder_that_a_workspace_names_can_only_be_a_member() {
    let folder = folder("named");
    let is_sound = outer(&folder.0, "\"crates/one\", \"server\"");
    let error = refused(&folder.0, &["server", "--yes"]);
    assert!(error.contains("names server among its members"), "{error}");
    made(&folder.0, &["server", "--workspace", "member"]);
    assert!(is_sound());
}

#[test]
fn a_workspace_that_does_not_mean_the_server_is_left_alone() {
    let folder = folder("other");
    let is_sound = outer(&folder.0, "\"crates/*\"");
    let before = fs::read_to_string(folder.0.join("Cargo.toml")).expect("a file");
    made(&folder.0, &["server"]);
    assert!(is_sound());
    assert_eq!(fs::read_to_string(folder.0.join("Cargo.toml")).expect("a file"), before);
}

/// What `ci.sh` runs, with a cargo that only writes it down.
#[cfg(unix)]
mod ci {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    const CARGO: &str = "#!/bin/sh\n\
        if [ \"$1\" = locate-project ]; then echo \"$PWD/Cargo.toml\"; exit; fi\n\
        echo \"$* ${WRANGLER_CI_OVERRIDE_NAME-}\" >> commands\n";

    fn run(name: &str, source: &str, arguments: &[&str]) -> (Output, String) {
        let folder = folder(name);
        made(&folder.0, &["server"]);
        let server = folder.0.join("server");
        let lock = format!(
            "version = 4\n\n[[package]]\nname = \"toolbox\"\nsource = \"registry+x\"\n\n\
             [[package]]\nname = \"toolgate\"\nversion = \"0.1.0\"\n{source}\n\
             [[package]]\nname = \"url\"\nsource = \"git+https://example.com/url#{COMMIT}\"\n"
        );
        fs::write(server.join("Cargo.lock"), lock).expect("a file");
        let cargo = folder.0.join("programs/cargo");
        fs::create_dir_all(folder.0.join("programs")).expect("a folder");
        fs::write(&cargo, CARGO).expect("a file");
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("a mode");
        let mut path = folder.0.join("programs").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        command.arg(server.join("ci.sh")).args(arguments).env("PATH", path);
        command.env("WRANGLER_CI_OVERRIDE_NAME", "production");
        let output = command.output().expect("sh starts");
        let commands = fs::read_to_string(server.join("commands")).unwrap_or_default();
        (output, commands)
    }

    #[test]
    fn everything_comes_from_the_commit_that_the_lock_file_names() {
        let source =
            format!("source = \"git+https://example.com/toolgate?rev={COMMIT}#{COMMIT}\"\n");
        let (output, commands) = run("ci-check", &source, &["check"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines: Vec<_> = commands.lines().collect();
        let installed = format!(
            "install --quiet --locked --git https://example.com/toolgate --rev {COMMIT} --root .toolgate/ci \
             cargo-toolgate production"
        );
        assert_eq!(lines, [&installed, "test --locked production", "toolgate check production"]);
    }

    #[test]
    fn a_branch_goes_to_its_environment_and_not_to_the_connected_worker() {
        let source = format!("source = \"git+ssh://git@example.com/toolgate#{COMMIT}\"\n");
        let (_, commands) = run("ci-main", &source, &["deploy"]);
        assert!(commands.ends_with("toolgate deploy production\n"), "{commands}");
        let (_, commands) = run("ci-branch", &source, &["deploy", "preview"]);
        assert!(commands.ends_with("toolgate deploy --env preview \n"), "{commands}");
    }

    #[test]
    fn a_path_or_a_name_at_a_registry_installs_nothing() {
        for (name, source) in [
            ("ci-path", ""),
            ("ci-registry", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"),
        ] {
            let (output, commands) = run(name, source, &["check"]);
            assert_eq!((output.status.code(), commands.as_str()), (Some(1), ""), "{name}");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("pins no commit of toolgate") && said.contains("help"), "{said}");
        }
    }
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
