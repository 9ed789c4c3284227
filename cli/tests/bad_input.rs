//! What every command does where something is missing or broken: one message with the fix, an exit
//! status that is not 0, and nothing written.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The commands that read the server's `mcp.toml`.
const READING: &[&[&str]] = &[
    &["check", "--no-build"],
    &["deploy", "--dry-run"],
    &["dev"],
    &["doctor", "--offline"],
    &["explain", "--user", "ada@example.com", "--tool", "add"],
    &["keys", "rotate"],
    &["lock"],
    &["matrix"],
    &["setup"],
    &["sync"],
    &["upgrade"],
];

/// A server in a folder of its own, removed when the test ends.
struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const SOUND: &str = "[server]\nname = \"x\"\n\n[identity]\nprovider = \"cloudflare-access\"\n";

/// `polices` for `policies`, and a name that stops in its middle.
const MISSPELT: &str = "[server]\nname = \"x\"\n\n[identity]\nprovider = \"cloudflare-access\"\n\n[polices.staff]\ngroups = [\"a\"]\n";
const CUT_OFF: &str = "[server]\nname = \"x\n";

fn server(name: &str, config: &str) -> Server {
    let root = std::env::temp_dir().join(format!("toolgate-bad-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("src")).expect("a folder");
    let manifest = "[package]\nname = \"a-server\"\nedition = \"2024\"\n[workspace]\n";
    let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
    for (file, text) in [
        ("Cargo.toml", manifest),
        ("Cargo.lock", lock),
        ("mcp.toml", config),
        ("src/lib.rs", ""),
        (".dev.vars", "COOKIE_ENCRYPTION_KEY=\"0123456789abcdef\"\n"),
    ] {
        fs::write(root.join(file), text).expect("a file");
    }
    Server(root)
}

/// Of a machine that has cargo, and no Node.js.
fn toolgate(server: &Server, arguments: &[&str]) -> Output {
    let cargo = std::env::var_os("CARGO").map(PathBuf::from).unwrap_or_default();
    let rustup = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo/bin"));
    let folders = cargo.parent().map(Path::to_owned).into_iter().chain(rustup);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.arg("toolgate").args(arguments).arg("--project").arg(&server.0);
    command.env("PATH", std::env::join_paths(folders).expect("a path"));
    command.env("TOOLGATE_DIR", server.0.join(".toolgate")).env_remove("COLORTERM");
    command.output().expect("it starts")
}

/// Every file of the server with its text.
fn files(server: &Server) -> BTreeMap<PathBuf, String> {
    fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.insert(path.clone(), fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(&server.0, &mut found);
    found
}

/// It failed, said so once, and said it to people: no panic, no colours where nobody sees them.
fn refused(arguments: &[&str], output: &Output) -> String {
    let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    let said = said.join("\n");
    assert_ne!(output.status.code(), Some(0), "{arguments:?}: {said}");
    assert!(output.status.code().is_some(), "{arguments:?} was killed: {said}");
    assert!(!said.contains("panicked") && !said.contains('\u{1b}'), "{arguments:?}: {said}");
    said
}

#[test]
fn a_misspelt_section_is_named_with_its_place_by_every_command() {
    let server = server("misspelt", MISSPELT);
    let before = files(&server);
    for arguments in READING {
        let said = refused(arguments, &toolgate(&server, arguments));
        assert!(said.contains("mcp.toml:7:2: "), "{arguments:?}: {said}");
        assert!(said.contains("policies"), "{arguments:?} knows the right name: {said}");
        assert_eq!(before, files(&server), "{arguments:?} has written something");
    }
}

#[test]
fn a_file_that_is_no_toml_is_named_with_its_place_by_every_command() {
    let server = server("cut-off", CUT_OFF);
    let before = files(&server);
    for arguments in READING {
        let said = refused(arguments, &toolgate(&server, arguments));
        assert!(said.contains("mcp.toml:2:"), "{arguments:?}: {said}");
        assert_eq!(before, files(&server), "{arguments:?} has written something");
    }
}

#[test]
fn a_folder_that_is_no_server_is_said_to_be_none() {
    let server = server("none", SOUND);
    fs::remove_file(server.0.join("mcp.toml")).expect("it was there");
    for arguments in READING {
        let said = refused(arguments, &toolgate(&server, arguments));
        assert!(said.contains("no mcp.toml") && said.contains("= help: "), "{arguments:?}: {said}");
    }
}

#[test]
fn without_node_the_fix_is_to_install_it() {
    let server = server("no-node", SOUND);
    for arguments in [&["deploy", "--dry-run"][..], &["dev", "--port", "0"], &["setup"]] {
        let said = refused(arguments, &toolgate(&server, arguments));
        assert!(said.contains("= help: install Node.js"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_port_that_is_taken_is_said_before_anything_is_installed_or_built() {
    let server = server("port", SOUND);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let before = files(&server);
    let arguments = ["dev", "--port", &port];
    let said = refused(&arguments, &toolgate(&server, &arguments));
    assert!(said.contains(&format!("port {port}")) && said.contains("--port"), "{said}");
    assert_eq!(before, files(&server));
}

/// As in a folder that cannot be written to, which nobody is kept from who runs tests as root.
#[test]
fn a_file_that_cannot_be_replaced_is_named_and_nothing_stays_behind() {
    let server = server("in-the-way", SOUND);
    fs::create_dir_all(server.0.join("wrangler.jsonc/in-the-way")).expect("a folder");
    let said = refused(&["sync"], &toolgate(&server, &["sync"]));
    assert!(said.contains("wrangler.jsonc"), "{said}");
    let left: Vec<_> = files(&server)
        .into_keys()
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.contains("tmp") || name.contains(".new")
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_command_leaves_the_old_file_or_the_new_one() {
    let server = server("interrupted", SOUND);
    assert!(toolgate(&server, &["sync"]).status.success());
    let whole = files(&server);
    for milliseconds in 0..20 {
        fs::remove_file(server.0.join("wrangler.jsonc")).expect("it is there");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.args(["toolgate", "sync", "--project"]).arg(&server.0);
        command.stdout(std::process::Stdio::null());
        let mut child = command.spawn().expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(3 * milliseconds));
        child.kill().expect("it is killed, or has ended");
        let _ = child.wait();
        match fs::read_to_string(server.0.join("wrangler.jsonc")) {
            Ok(text) => assert_eq!(text, whole[&server.0.join("wrangler.jsonc")]),
            Err(_) => assert!(toolgate(&server, &["sync"]).status.success()),
        }
    }
    assert!(toolgate(&server, &["check", "--no-build"]).status.code().is_some());
}
