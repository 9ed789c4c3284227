//! What `doctor` finds in whole servers, and its exit status. `UPDATE=1 cargo test -p cargo-toolgate
//! --test doctor` writes the snapshot anew.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn doctor(project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.args(["toolgate", "doctor"]).args(arguments).arg("--project").arg(project);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn report(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {said}"))
}

/// The findings of one title.
fn of<'a>(report: &'a Value, title: &str) -> Vec<&'a Value> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().filter(|finding| finding["title"] == title).collect()
}

/// What depends on the machine that the tests run on.
const OF_THE_MACHINE: [&str; 10] = [
    "esbuild",
    "node",
    "npm",
    "rustc",
    "wasm target",
    "wasm-bindgen",
    "wasm-opt",
    "worker-build",
    "workerd",
    "wrangler",
];

#[test]
fn the_example_without_its_secret_has_one_problem() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/access");
    let arguments = ["--offline", "--json", "--vars", "tests/doctor/access.vars"];
    let output = doctor(&example, &arguments).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let report = report(&output);
    let findings = report["findings"].as_array().expect("findings");
    let titles: BTreeSet<_> = findings.iter().filter_map(|one| one["title"].as_str()).collect();
    assert!(OF_THE_MACHINE.iter().all(|title| titles.contains(title)), "{titles:?}");
    let of_the_server: Vec<_> = findings
        .iter()
        .filter(|one| one["title"].as_str().is_some_and(|title| !OF_THE_MACHINE.contains(&title)))
        .collect();
    let found = serde_json::to_string_pretty(&of_the_server).expect("JSON") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doctor/access.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == expected, "{} is out of date\n{found}", path.display());
}

/// A server in a folder of its own, removed when the test ends.
struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn server(name: &str, config: &str, variables: Option<&str>) -> Server {
    let root = std::env::temp_dir().join(format!("toolgate-doctor-{name}-{}", std::process::id()));
    std::fs::create_dir_all(root.join("src")).expect("a folder");
    let manifest = "[package]\nname = \"a-server\"\nedition = \"2024\"\n[workspace]\n";
    let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
    let files =
        [("Cargo.toml", manifest), ("Cargo.lock", lock), ("src/lib.rs", ""), ("mcp.toml", config)];
    for (file, text) in files.into_iter().chain(variables.map(|text| (".dev.vars", text))) {
        std::fs::write(root.join(file), text).expect("a file");
    }
    Server(root)
}

/// Every file with its text.
fn state(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(state(&path));
        } else {
            files.push((path.clone(), std::fs::read_to_string(&path).expect("text")));
        }
    }
    files.sort();
    files
}

#[test]
fn a_broken_mcp_toml_hides_nothing_else_and_changes_nothing() {
    let server = server("broken", "[polices.x]\n", None);
    let before = state(&server.0);
    let output = doctor(&server.0, &["--json"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let report = report(&output);
    let faults = of(&report, "mcp.toml");
    let found = faults[0]["found"].as_str().unwrap_or_default();
    assert!(found.contains("mcp.toml:1:2: unknown key `polices`"), "{found}");
    assert_eq!(of(&report, "rustc").len(), 1);
    assert_eq!(of(&report, "Cargo.lock")[0]["status"], "ok");
    assert_eq!(of(&report, "sign-in")[0]["status"], "warning");
    assert_eq!(state(&server.0), before);
}

#[test]
fn text_says_the_fix_and_counts() {
    let server = server("text", "[server]\nname = \"A server\"\n", None);
    let output = doctor(&server.0, &["--offline"]).output().expect("it starts");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.contains("wrangler.jsonc does not exist"), "{said}");
    assert!(said.contains("= fix: run `cargo toolgate sync`"), "{said}");
    assert!(said.lines().last().is_some_and(|last| last.starts_with("a-server: ")), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_address_that_cannot_be_the_server_s_is_wrong_usage() {
    let server = server("usage", "[server]\nname = \"A server\"\n", None);
    let output = doctor(&server.0, &["--url", "http://a.example"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("https://HOST"), "{said}");
}

#[test]
fn an_environment_is_looked_at_as_the_whole_that_it_is() {
    let config = "[server]\nname = \"A server\"\n[env.preview.identity]\nprovider = \"github\"\n";
    let server = server("environment", config, None);
    let vars = server.0.join("preview.vars");
    std::fs::write(&vars, "GITHUB_CLIENT_ID=a\n").expect("a file");
    let vars = vars.to_str().expect("text");
    let ask = |name: &str| {
        let arguments = ["--offline", "--json", "--env", name, "--vars", vars];
        doctor(&server.0, &arguments).output().expect("it starts")
    };
    let report = report(&ask("preview"));
    let secrets = of(&report, "secrets");
    let found = secrets[0]["found"].as_str().unwrap_or_default();
    assert!(found.starts_with("GITHUB_CLIENT_SECRET is missing"), "{found}");
    let fix = secrets[0]["fix"].as_str().unwrap_or_default();
    assert!(
        fix.ends_with("`cargo toolgate wrangler -- secret put GITHUB_CLIENT_SECRET --env preview`"),
        "{fix}"
    );
    assert!(secrets.iter().all(|one| !one.to_string().contains("ACCESS_")), "{secrets:?}");

    let unknown = ask("preveiw");
    assert_eq!(unknown.status.code(), Some(1));
    let said = String::from_utf8(unknown.stderr).expect("text");
    assert!(said.contains("no environment `preveiw`") && said.contains("did you mean `preview`?"));
}

#[test]
fn a_file_that_was_named_and_is_not_there_is_a_problem() {
    let server = server("no-vars", "[server]\nname = \"A server\"\n", None);
    let arguments = ["--offline", "--json", "--vars", "no-such-file"];
    let report = report(&doctor(&server.0, &arguments).output().expect("it starts"));
    assert_eq!(of(&report, "secrets")[0]["found"], "there is no no-such-file");
}

/// Cargo and rustc, and nothing else: as on a machine without Node.js.
#[cfg(unix)]
#[test]
fn without_node_that_is_the_problem_and_the_rest_is_looked_at() {
    let server = server(
        "no-node",
        "[server]\nname = \"A server\"\n",
        Some("ACCESS_JWKS_URL=https://a.example/b"),
    );
    let cargo = PathBuf::from(std::env::var_os("CARGO").expect("cargo runs the tests"));
    let programs = server.0.join("programs");
    std::fs::create_dir(&programs).expect("a folder");
    for name in ["cargo", "rustc"] {
        let program = cargo.with_file_name(name);
        std::os::unix::fs::symlink(program, programs.join(name)).expect("a link");
    }
    let mut command = doctor(&server.0, &["--json"]);
    command.env("PATH", &programs).env("TOOLGATE_DIR", server.0.join("tools"));
    let output = command.output().expect("it starts");
    let report = report(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(of(&report, "node")[0]["status"], "problem");
    let provider = of(&report, "identity provider")[0];
    assert_eq!(provider["found"], "not asked: cannot start `node`");
    assert_eq!(of(&report, "redirect URI").len(), 1);
}

/// Answers one request with a discovery document, as if it were 2020 there.
fn provider() -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
    });
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a request");
        let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
        let request = lines.next().expect("a line").expect("text");
        assert_eq!(request, "GET /.well-known/openid-configuration HTTP/1.1");
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        let body = document.to_string();
        let head = "HTTP/1.1 200 OK\r\nDate: Wed, 01 Jan 2020 00:00:00 GMT\r\nConnection: close";
        let length = body.len();
        write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").expect("it is sent");
    });
    (issuer, serving)
}

#[test]
fn the_issuer_is_asked_and_its_clock_compared() {
    let (issuer, serving) = provider();
    let config = format!(
        "[server]\nname = \"A server\"\n[identity]\nprovider = \"oidc\"\nissuer = \"{issuer}\"\n"
    );
    let server = server("issuer", &config, None);
    let report = report(&doctor(&server.0, &["--json"]).output().expect("it starts"));
    serving.join().expect("it was asked");
    let provider = of(&report, "identity provider")[0];
    assert_eq!(provider["status"], "ok", "{provider}");
    let clock = of(&report, "clock")[0];
    assert_eq!(clock["status"], "problem", "{clock}");
    assert!(clock["found"].as_str().is_some_and(|found| found.contains("seconds ahead of")));
}

#[test]
fn an_issuer_that_is_not_there_is_a_problem_with_its_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let config = "[server]\nname = \"A server\"\n[identity]\nprovider = \"oidc\"\nissuer = { var = \"ISSUER\" }\n";
    let server = server("unreachable", config, Some(&format!("ISSUER={issuer}\n")));
    let output = doctor(&server.0, &["--json"]).output().expect("it starts");
    let report = report(&output);
    let provider = of(&report, "identity provider")[0];
    assert_eq!(provider["status"], "problem", "{provider}");
    assert!(
        provider["found"].as_str().is_some_and(|found| found.ends_with("nothing listens there"))
    );
    assert!(of(&report, "clock").is_empty());
}
