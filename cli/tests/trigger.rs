//! `cargo toolgate trigger`, with a stand-in for the process of a running `cargo toolgate dev`.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;

const CONFIG: &str = "[server]\nname = \"Server\"\n[cron.nightly]\nschedule = \"0 6 * * *\"\n\
                      [queues.jobs]\n[email]\n";

/// A server that runs, as far as its record says; removed at the end.
struct Folder {
    root: PathBuf,
    _lock: Option<File>,
}

impl Folder {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let root = std::env::temp_dir().join(format!("toolgate-trigger-{id}-{name}"));
        fs::create_dir_all(root.join("src")).expect("a folder");
        let manifest = "[package]\nname = \"server\"\nversion = \"1.0.0\"\n[workspace]\n";
        for (file, text) in [("Cargo.toml", manifest), ("src/lib.rs", ""), ("mcp.toml", CONFIG)] {
            fs::write(root.join(file), text).expect("a file");
        }
        Self { root, _lock: None }
    }

    /// Says that a server runs whose process listens there.
    fn running(mut self, port: u16) -> Self {
        let folder = self.root.join(".toolgate");
        fs::create_dir_all(&folder).expect("a folder");
        let lock = File::create(folder.join("dev.lock")).expect("a lock");
        lock.lock().expect("nobody else has it");
        self._lock = Some(lock);
        let record = format!(
            "{{\"url\":\"http://localhost:1\",\"control\":{{\"url\":\"http://127.0.0.1:{port}/\",\"token\":\"abc\"}}}}"
        );
        fs::write(folder.join("dev.json"), record).expect("a record");
        self
    }

    fn trigger(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.args(["toolgate", "trigger"]).args(arguments).arg("--project").arg(&self.root);
        command.output().expect("it starts")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A process that answers one request with this; the request is what the thread gives back.
fn stand_in(answer: &'static str) -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut request = Vec::new();
        let mut part = [0; 4096];
        // The body is JSON, which ends by a brace.
        while !request.ends_with(b"}") {
            let count = stream.read(&mut part).expect("a request");
            request.extend_from_slice(&part[..count]);
        }
        let length = answer.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        stream.write_all(format!("{head}{answer}").as_bytes()).expect("an answer");
        String::from_utf8(request).expect("text")
    });
    (port, served)
}

#[test]
fn a_function_that_did_its_work_is_told_and_ends_with_0() {
    let (port, served) = stand_in(r#"{"ok":true,"lines":["message 1: acknowledged"]}"#);
    let folder = Folder::new("ok").running(port);
    let output = folder.trigger(&["queue", "jobs", "{\"page\": \"a\"}"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "message 1: acknowledged\n");
    assert_eq!(output.status.code(), Some(0));
    let request = served.join().expect("a request");
    let body = r#"{"kind":"queue","queue":"server-jobs","messages":[{"page":"a"}]}"#;
    assert!(request.ends_with(body), "{request}");
    assert!(request.to_lowercase().contains("authorization: bearer abc"), "{request}");
}

#[test]
fn a_function_that_failed_ends_with_1() {
    let (port, served) = stand_in(r#"{"ok":false,"lines":["it failed"]}"#);
    let output = Folder::new("failed").running(port).trigger(&["cron", "nightly"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "it failed\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(served.join().expect("a request").ends_with(r#"{"kind":"cron","cron":"nightly"}"#));
}

#[test]
fn without_a_running_server_it_is_said_how_to_start_one() {
    let output = Folder::new("none").trigger(&["cron", "nightly"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("no `cargo toolgate dev` runs for this server"), "{error}");
}

#[test]
fn what_mcp_toml_does_not_have_is_told_before_anything_is_asked() {
    let output = Folder::new("unknown").trigger(&["cron", "nihgtly"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("did you mean `nightly`?"), "{error}");
}
