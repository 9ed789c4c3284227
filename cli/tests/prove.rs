//! What `prove`, `diff`, `explain` of a refusal and `check` say of policies, on a help desk of files alone. A case is a
//! file of `tests/prove`; `UPDATE=1 cargo test -p cargo-toolgate --test prove` rewrites them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DESK: &str = include_str!("prove/mcp.toml");
const LOCK: &str = include_str!("prove/mcp.lock");

/// A server of files alone, which is gone afterwards.
struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        // What stays behind is in a folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn server(name: &str, config: &str) -> Server {
    let root = std::env::temp_dir().join(format!("toolgate-prove-{name}-{}", std::process::id()));
    std::fs::create_dir_all(root.join("src")).expect("a folder");
    let manifest =
        "[package]\nname = \"desk\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    for (file, text) in
        [("mcp.toml", config), ("mcp.lock", LOCK), ("Cargo.toml", manifest), ("src/lib.rs", "")]
    {
        std::fs::write(root.join(file), text).expect("a file");
    }
    Server(root)
}

fn toolgate(project: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.arg("toolgate").args(arguments).arg("--project").arg(project);
    command.output().expect("it starts")
}

/// Standard output and the exit status.
fn said(server: &Server, arguments: &[&str]) -> (String, Option<i32>) {
    let Output { status, stdout, .. } = toolgate(&server.0, arguments);
    (String::from_utf8(stdout).expect("text"), status.code())
}

fn prints(case: &str, (found, code): (String, Option<i32>), status: i32) {
    assert_eq!(code, Some(status), "{found}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/prove").join(case);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == expected, "{} is out of date\n{found}", path.display());
}

const INVARIANTS: &str = "
[[never]]
name = \"sales-close\"
who = { groups = [\"sales\"] }
tools = [\"close_*\", \"export\"]

[[never]]
name = \"outsiders-urgent\"
who = { args = { priority = \"urgent\" }, not = { groups = [\"helpdesk\"] } }
tools = [\"open_ticket\"]

[[always]]
name = \"agents-work\"
who = { groups = [\"helpdesk\"] }
tools = [\"*_ticket\"]
";

fn with_invariants() -> String {
    format!("{DESK}{INVARIANTS}")
}

#[test]
fn each_invariant_is_proved_or_refuted_with_a_caller() {
    let server = server("invariants", &with_invariants());
    prints("prove.txt", said(&server, &["prove"]), 1);
    prints("prove.json", said(&server, &["prove", "--json"]), 1);
}

#[test]
fn invariants_that_hold_end_with_0() {
    let config = with_invariants().replace("\"close_*\", ", "");
    let (found, status) = said(&server("holds", &config), &["prove"]);
    assert_eq!(status, Some(0), "{found}");
    assert!(found.contains("warning: `sales-close` is about tools `export`"), "{found}");
}

#[test]
fn a_question_of_the_command_line_is_answered_for_one_tool() {
    let server = server("question", DESK);
    let ask = |who: &str| said(&server, &["prove", "--who", who, "--tool", "close_ticket"]);
    let nobody = "nobody: proved for all callers and arguments\n";
    assert_eq!(ask("not = { groups = [\"helpdesk\"] }"), (nobody.to_owned(), Some(0)));
    let (found, status) = ask("{ groups = [\"sales\"] }");
    assert_eq!(status, Some(1));
    assert!(found.contains("groups helpdesk sales can call tool `close_ticket`"), "{found}");
    let Output { status, stderr, .. } = toolgate(&server.0, &["prove", "--who", "grups = []"]);
    let stderr = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("unknown key `grups`"), "{stderr}");
}

#[test]
fn check_tells_of_an_invariant_that_does_not_hold() {
    let server = server("check", &with_invariants());
    let Output { stderr, .. } = toolgate(&server.0, &["check", "--no-build"]);
    let stderr = String::from_utf8(stderr).expect("text");
    assert!(stderr.contains("can call tool `close_ticket`, against `sales-close`"), "{stderr}");
    assert!(stderr.contains("no tool has such a name"), "{stderr}");
}

/// What `diff` says of a change, against the desk as it is.
fn diff(name: &str, config: &str, more: &[&str]) -> (String, Option<i32>) {
    let base = server(&format!("{name}-base"), DESK);
    let changed = server(name, config);
    let path = base.0.to_string_lossy();
    said(&changed, &[&["diff", &path], more].concat())
}

fn widened() -> String {
    DESK.replace("\"low\", \"normal\"]", "\"low\", \"normal\", \"urgent\"]")
}

#[test]
fn a_wider_policy_is_told_with_those_who_gain() {
    prints("diff-wider.txt", diff("wider", &widened(), &[]), 1);
    prints("diff-wider.json", diff("wider-json", &widened(), &["--json"]), 1);
}

#[test]
fn a_narrower_policy_is_told_with_those_who_lose() {
    let narrower = DESK.replace(
        "groups = [\"helpdesk\"]",
        "groups = [\"helpdesk\"]\nnot = { groups = [\"interns\"] }",
    );
    prints("diff-narrower.txt", diff("narrower", &narrower, &[]), 0);
}

#[test]
fn a_policy_that_is_written_in_another_way_moves_nobody() {
    let rewritten = DESK.replace(
        "any = [{ policy = \"agents\" }, { args = { priority = [\"low\", \"normal\"] } }]",
        "any = [{ args = { priority = \"normal\" } }, { args = { priority = \"low\" } }, { groups = [\"helpdesk\"] }]",
    );
    assert_ne!(rewritten, DESK);
    prints("diff-rewritten.txt", diff("rewritten", &rewritten, &[]), 0);
    let server = server("rewritten-lock", &rewritten);
    let Output { stderr, .. } = toolgate(&server.0, &["check", "--no-build"]);
    let stderr = String::from_utf8(stderr).expect("text");
    assert!(
        stderr.contains("was `any = [") && stderr.contains("`: nobody gains, nobody loses"),
        "{stderr}"
    );
}

#[test]
fn a_value_that_the_input_schema_refuses_widens_nothing() {
    let config = DESK.replace("\"normal\"]", "\"normal\", \"high\"]");
    let (found, status) = diff("schema", &config, &[]);
    assert_eq!(status, Some(0), "{found}");
    assert!(
        found.contains("open_ticket: nobody gains, nobody loses (rules were rewritten)"),
        "{found}"
    );
}

#[test]
fn the_base_may_be_a_git_revision() {
    let server = server("git", DESK);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        let names =
            ["-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false"];
        let done = command.args(names).args(arguments).current_dir(&server.0).output();
        assert!(done.expect("git starts").status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "base"]);
    std::fs::write(server.0.join("mcp.toml"), widened()).expect("a file");
    let (found, status) = said(&server, &["diff", "HEAD"]);
    assert_eq!(status, Some(1), "{found}");
    assert!(found.contains("+ not in `helpdesk`, or nobody told"), "{found}");
    let Output { status, stderr, .. } = toolgate(&server.0, &["diff", "no-such-branch"]);
    let stderr = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(2));
    assert!(stderr.contains("neither a folder with an mcp.toml nor a git revision"), "{stderr}");
}

#[test]
fn a_pull_request_gets_a_table() {
    let (found, _) = diff("markdown", &widened(), &["--markdown"]);
    assert!(found.contains("| `open_ticket` | `reporters` | **gains** "), "{found}");
    assert!(found.contains("1 widen access, 0 narrow it"), "{found}");
}

#[test]
fn a_refusal_names_the_fewest_changes_that_let_in() {
    let server = server("explain", DESK);
    let asked =
        ["explain", "--user", "vic@example.com", "--group", "sales", "--tool", "open_ticket"];
    let call = ["--arg", "priority=urgent", "--arg", "title=a", "--arg", "details=b"];
    prints("explain.txt", said(&server, &[&asked[..], &call].concat()), 1);
}

#[test]
fn the_same_answer_comes_every_time() {
    let server = server("again", &with_invariants());
    let first = said(&server, &["prove", "--json"]);
    for _ in 0..3 {
        assert_eq!(said(&server, &["prove", "--json"]), first);
    }
}
