//! What `check`, `explain` and `matrix` print, and their exit status. A case is a file of
//! `tests/review`; `UPDATE=1 cargo test -p cargo-toolgate --test review` rewrites them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn toolgate(project: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.arg("toolgate").args(arguments).arg("--project").arg(project);
    command.output().expect("it starts")
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/access")
}

/// Of the example, with a status: what is printed is that of the file.
fn prints(case: &str, status: i32, arguments: &[&str]) {
    let Output { status: found, stdout, stderr } = toolgate(&example(), arguments);
    let stderr = String::from_utf8(stderr).expect("text");
    assert_eq!(found.code(), Some(status), "{stderr}");
    assert_eq!(stderr, "");
    let found = String::from_utf8(stdout).expect("text");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/review").join(case);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == expected, "{} is out of date\n{found}", path.display());
}

const DESIGNER: &str = "ada@example.com:design,staff";

#[test]
fn a_matrix_lines_up() {
    prints("matrix.txt", 0, &["matrix", "--user", DESIGNER]);
}

#[test]
fn a_matrix_is_markdown() {
    prints("matrix.md", 0, &["matrix", "--user", DESIGNER, "--format", "markdown"]);
}

#[test]
fn a_matrix_is_json() {
    prints("matrix.json", 0, &["matrix", "--user", DESIGNER, "--format", "json"]);
}

#[test]
fn who_is_in_a_group_is_allowed_and_told_by_which_condition() {
    let arguments =
        ["explain", "--user", "ada@example.com", "--group", "design", "--tool", "generateImage"];
    prints("explain-allowed.txt", 0, &arguments);
}

#[test]
fn who_is_not_meant_is_denied() {
    let arguments = [
        "explain",
        "--user",
        "visitor@mycompany.com",
        "--group",
        "sales",
        "--tool",
        "generateImage",
    ];
    prints("explain-denied.txt", 1, &arguments);
}

#[test]
fn an_address_that_is_not_verified_is_the_reason() {
    let user = "employee1@mycompany.com";
    let arguments =
        ["explain", "--user", user, "--unverified", "--policy", "image-makers", "--json"];
    prints("explain-unverified.json", 1, &arguments);
}

#[test]
fn an_address_that_is_missing_is_told_where_it_was_looked_for() {
    prints("explain-nobody.txt", 1, &["explain", "--tool", "generateImage"]);
}

#[test]
fn everyone_is_everyone() {
    prints("explain-everyone.txt", 0, &["explain", "--tool", "add"]);
}

/// A server in a folder of its own, removed when the test ends.
struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const LOCK: &str = r#"version = 2

[[policy]]
name = "admins"
rule = 'groups = ["admins"]'

[[tool]]
name = "delete_user"
policy = "admins"
"#;

const POLICIES: &str =
    "[server]\nname = \"A server\"\n\n[policies.admins]\ngroups = [\"admins\"]\n";

/// `LOCK` of a server with the settings of `sound`.
fn sound_lock() -> String {
    let value = r#"["openid", "email", "profile", "offline_access"]"#;
    format!("{LOCK}\n[[setting]]\nkey = \"identity.scopes\"\nvalue = '{value}'\n")
}

/// The same where nothing is warned of: the provider can be asked again. The lines have the same numbers.
fn sound() -> String {
    let scopes = "identity.scopes = [\"openid\", \"email\", \"profile\", \"offline_access\"]\n";
    format!("{scopes}{}", POLICIES.replacen("\n\n", "\n", 1))
}

fn server(name: &str, lock: Option<&str>, config: &str) -> Server {
    let root = std::env::temp_dir().join(format!("toolgate-review-{name}-{}", std::process::id()));
    std::fs::create_dir_all(root.join("src")).expect("a folder");
    let manifest = "[package]\nname = \"a-server\"\nedition = \"2024\"\n[workspace]\n";
    let cargo_lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
    for (file, text) in [
        ("Cargo.toml", manifest),
        ("Cargo.lock", cargo_lock),
        ("src/lib.rs", ""),
        ("mcp.toml", config),
    ] {
        std::fs::write(root.join(file), text).expect("a file");
    }
    if let Some(lock) = lock {
        std::fs::write(root.join("mcp.lock"), lock).expect("a file");
    }
    let server = Server(root);
    assert!(toolgate(&server.0, &["sync"]).status.success());
    server
}

/// What went to standard error, and the status.
fn said(server: &Server, arguments: &[&str]) -> (String, Option<i32>) {
    let output = toolgate(&server.0, arguments);
    (String::from_utf8(output.stderr).expect("text"), output.status.code())
}

#[test]
fn a_server_as_it_was_reviewed_has_no_problems() {
    let server = server("same", Some(&sound_lock()), &sound());
    assert_eq!(said(&server, &["check", "--no-build"]), (String::new(), Some(0)));
}

#[test]
fn a_changed_policy_is_drift_also_without_compiling() {
    let changed = POLICIES.replace("[\"admins\"]", "[\"admins\", \"staff\"]");
    let server = server("drift", Some(LOCK), &changed);
    let (said, status) = said(&server, &["check", "--offline"]);
    let expected =
        "policy `admins` is now `groups = [\"admins\", \"staff\"]`, was `groups = [\"admins\"]`";
    assert!(said.contains(expected) && said.contains("cargo toolgate lock"), "{said}");
    assert_eq!(status, Some(1));
}

#[test]
fn a_quota_and_a_rate_are_settings_and_rules_that_a_reviewer_agrees_to() {
    let config = POLICIES.replace("groups =", "rate = \"10/m\"\ngroups =");
    let config = format!("{config}\n[quotas.costly]\nper_user = \"20/h\"\n");
    let server = server("quota", Some(LOCK), &config);
    let (said, status) = said(&server, &["check", "--offline"]);
    assert!(said.contains("setting `quotas.costly.per_user` is new: \"20/h\""), "{said}");
    assert!(said.contains("is now `groups = [\"admins\"], rate = \"10/m\"`"), "{said}");
    assert_eq!(status, Some(1));
}

/// What guards nothing is known of compiled functions only.
#[test]
fn without_compiling_nothing_is_said_of_policies_that_guard_nothing() {
    let config = format!("{}[policies.spare]\ngroups = [\"spare\"]\n", sound());
    let server = server("unused", Some(&sound_lock()), &config);
    assert_eq!(said(&server, &["check", "--no-build"]), (String::new(), Some(0)));
}

#[test]
fn what_the_provider_never_tells_is_a_warning_at_its_place() {
    let config = format!("{POLICIES}[identity]\nprovider = \"none\"\n");
    let setting = "[[setting]]\nkey = \"identity.provider\"\nvalue = '\"none\"'\n";
    let server = server("never", Some(&format!("{LOCK}{setting}")), &config);
    let (said, status) = said(&server, &["check", "--no-build"]);
    assert!(said.contains("warning: policy `admins` looks at groups"), "{said}");
    assert_eq!(status, Some(0), "a warning is no problem");
}

#[test]
fn a_report_is_json_where_a_machine_reads_it() {
    let server = server("json", Some(&LOCK.replace("\"admins\"]", "\"owners\"]")), POLICIES);
    let output = toolgate(&server.0, &["check", "--no-build", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["problems"][0]["message"], "mcp.lock is not what the server serves");
    let warnings = report["warnings"].as_array().expect("a list");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let warning = warnings[0].as_str().expect("text");
    assert!(warning.contains("can be asked again only while its access token lives"), "{warning}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_server_beside_stale_files_is_not_compiled() {
    let server = server("stale", Some(LOCK), POLICIES);
    let changed = format!("{POLICIES}\n[wrangler]\nworkers_dev = false\n");
    std::fs::write(server.0.join("mcp.toml"), changed).expect("a file");
    let (said, status) = said(&server, &["check"]);
    assert!(said.contains("run `cargo toolgate sync`"), "{said}");
    assert!(said.contains("a-server has 2 problems"), "{said}");
    assert_eq!(status, Some(1));
}

#[test]
fn another_word_for_who_people_are_is_drift() {
    let setting = "[[setting]]\nkey = \"identity.team\"\nvalue = '\"acme\"'\n";
    let lock = format!("{LOCK}{setting}");
    let config = |team: &str| format!("{POLICIES}[identity]\nteam = \"{team}\"\n");
    let same = server("team", Some(&lock), &config("acme"));
    assert_eq!(said(&same, &["check", "--no-build"]).1, Some(0));
    let other = server("other-team", Some(&lock), &config("evil"));
    let (said, status) = said(&other, &["check", "--no-build"]);
    assert!(said.contains("setting `identity.team` is now \"evil\", was \"acme\""), "{said}");
    assert_eq!(status, Some(1));
}

/// Groups under another name, an address that is not proven, people out of a variable.
const AS_SIGNED_IN: &str = r#"
[server]
name = "A server"

[identity]
groups_claim = "roles"

[policies.admins]
any = [{ groups = ["admins"] }, { emails_from = "SUPPORT" }, { emails_from = "ELSEWHERE" }]

[[policies.admins.tests]]
user = { email = "sam@example.com" }
expect = "allow"

[[dev.users]]
email = "sam@example.com"

[[dev.users]]
email = "claimed@example.com"
claims = { email_verified = false, roles = ["admins"] }

[wrangler.vars]
SUPPORT = "sam@example.com,claimed@example.com"

[env.preview.wrangler.vars]
SUPPORT = "nobody@example.com"
"#;

#[test]
fn a_review_judges_the_caller_that_the_worker_would_see() {
    let server = server("as-signed-in", Some(LOCK), AS_SIGNED_IN);
    let status = |arguments: &[&str]| {
        said(&server, &[&["explain", "--policy", "admins"], arguments].concat())
    };
    assert_eq!(status(&["--claim", "roles=[\"admins\"]"]).1, Some(0), "the claim is the groups");
    assert_eq!(status(&["--group", "admins"]).1, Some(0));
    assert_eq!(status(&["--user", "sam@example.com"]).1, Some(0), "by the file's variable");
    let (depends, code) = status(&["--user", "ada@example.com"]);
    assert!(
        depends.contains("depends on ELSEWHERE") && depends.contains("--var ELSEWHERE="),
        "{depends}"
    );
    assert_eq!(code, Some(2));
    assert_eq!(
        status(&["--user", "ada@example.com", "--var", "ELSEWHERE=x@example.com"]).1,
        Some(1)
    );
    let preview =
        ["--user", "sam@example.com", "--var", "ELSEWHERE=x@example.com", "--env", "preview"];
    assert_eq!(status(&preview).1, Some(1), "another variable there");
    let matrix = toolgate(&server.0, &["matrix", "--user", "ada@example.com", "--format", "json"]);
    let matrix: serde_json::Value = serde_json::from_slice(&matrix.stdout).expect("JSON");
    let access: Vec<_> =
        matrix["functions"][0]["access"].as_array().expect("cells").iter().collect();
    let words: Vec<_> = access.iter().map(|cell| cell["access"].as_str().expect("text")).collect();
    assert_eq!(words, ["allowed", "allowed", "depends", "denied"], "{matrix}");
    assert_eq!(access[2]["reason"], "depends on ELSEWHERE");
}

#[test]
fn tests_of_policies_are_judged_in_each_environment() {
    let server = server("environments", Some(LOCK), AS_SIGNED_IN);
    let (said, _) = said(&server, &["check", "--no-build"]);
    let line =
        said.lines().find(|line| line.contains("policy `admins` denies")).unwrap_or_default();
    assert!(line.contains("in `[env.preview]`: mcp.toml:"), "{said}");
    assert_eq!(said.matches("policy `admins` denies").count(), 1, "{said}");
}

/// Deletes only for trial, unless an admin does it.
const ARGUMENTS: &str = r#"
[server]
name = "A server"

[policies.admins]
any = [{ groups = ["admins"] }, { args = { dry_run = true } }]
"#;

#[test]
fn what_depends_on_arguments_is_no_answer_without_them() {
    let server = server("arguments", None, ARGUMENTS);
    let rule = r#"any = [{ groups = ["admins"] }, { args = { dry_run = true } }]"#;
    let lock = LOCK.replace(r#"groups = ["admins"]"#, rule);
    std::fs::write(server.0.join("mcp.lock"), lock).expect("a file");
    let asked = ["explain", "--tool", "delete_user", "--group", "staff"];
    let with = |argument: &'static str| [&asked[..], &["--arg", argument]].concat();
    let (depends, status) = said(&server, &asked);
    assert!(depends.contains("depends on the arguments of the call"), "{depends}");
    assert_eq!(status, Some(2));
    assert_eq!(said(&server, &with("dry_run=true")).1, Some(0));
    assert_eq!(said(&server, &with("dry_run=false")).1, Some(1));
    let matrix = toolgate(&server.0, &["matrix", "--user", "ada@example.com:admins"]);
    let matrix = String::from_utf8(matrix.stdout).expect("text");
    assert!(
        matrix.lines().any(|line| line.contains("yes                       depends")),
        "{matrix}"
    );
}

#[test]
fn a_test_of_a_policy_that_does_not_hold_is_a_problem_at_its_place() {
    let test = |expect: &str| {
        format!(
            "[[policies.admins.tests]]\nuser = {{ groups = [\"admins\"] }}\nexpect = \"{expect}\"\n"
        )
    };
    let holding = server("holds", Some(&sound_lock()), &format!("{}{}", sound(), test("allow")));
    assert_eq!(said(&holding, &["check", "--no-build"]), (String::new(), Some(0)));
    let failing = server("fails", Some(&sound_lock()), &format!("{}{}", sound(), test("deny")));
    let (said, status) = said(&failing, &["check", "--no-build"]);
    assert!(said.contains("error: mcp.toml:6:1: policy `admins` allows"), "{said}");
    assert_eq!(status, Some(1));
}

const SCHEMA: &str = r#"{"additionalProperties":false,"properties":{"amount":{"type":"number"}}}"#;
const RESOURCE: &str =
    "[[resource]]\nname = \"guide\"\npolicy = \"everyone\"\nuri = \"docs://start\"\n";

#[test]
fn a_resource_is_explained_by_its_name_and_by_its_uri() {
    let server = server("resource", Some(&format!("{LOCK}\n{RESOURCE}")), POLICIES);
    for name in ["guide", "docs://start"] {
        let (_, status) = said(&server, &["explain", "--resource", name]);
        assert_eq!(status, Some(0), "{name}");
    }
}

#[test]
fn what_keeps_a_question_from_its_answer_names_the_fix() {
    let missing = server("missing", None, POLICIES);
    let broken = server("broken", Some("<<<<<<< HEAD\n"), POLICIES);
    let whole = server("whole", Some(LOCK), POLICIES);
    let functions = format!("{LOCK}schema = '{SCHEMA}'\n\n{RESOURCE}");
    let functions = server("functions", Some(&functions), POLICIES);
    let unknown = ["explain", "--tool", "delete_user", "--arg", "amont=5"];
    let cases: [(&Server, &[&str], &str); 9] = [
        (&functions, &unknown, "`delete_user` has no argument `amont`\n  = help: it has `amount`"),
        (&functions, &["explain", "--resource", "docs://begin"], "resources: guide (docs://start)"),
        (&functions, &["explain", "--tool", "guide"], "tools: delete_user"),
        (&missing, &["matrix"], "mcp.lock does not exist"),
        (&missing, &["explain", "--tool", "delete_user"], "run `cargo toolgate lock`"),
        (&broken, &["matrix"], "mcp.lock is not what `cargo toolgate lock` writes"),
        (&whole, &["explain", "--tool", "delete"], "tools: delete_user"),
        (&whole, &["explain", "--policy", "admin"], "did you mean `admins`?"),
        (&whole, &["explain", "--user", "ada@example.com"], "--tool"),
    ];
    for (server, arguments, expected) in cases {
        let (said, status) = said(server, arguments);
        assert!(said.contains(expected), "{expected} is missing in\n{said}");
        assert_eq!(status, Some(2), "{said}");
    }
}

#[test]
fn a_broken_mcp_toml_is_one_problem_at_its_place() {
    let server = server("faulty", Some(LOCK), POLICIES);
    std::fs::write(server.0.join("mcp.toml"), "[polices.x]\n").expect("a file");
    let (said, status) = said(&server, &["check"]);
    assert!(said.contains("mcp.toml:1:2: unknown key `polices`"), "{said}");
    assert!(said.contains("a-server has one problem"), "{said}");
    assert_eq!(status, Some(1));
}
