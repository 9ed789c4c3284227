//! What `setup` tells wrangler. A stand-in writes down how it is called, and answers as wrangler does.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const KV: &str = "0123456789abcdef0123456789abcdef";
const D1: &str = "01234567-89ab-cdef-0123-456789abcdef";

/// Arguments go to `calls`, standard input to `input`; `answers/<first words>` is what it prints, and
/// without such a file it fails.
const STAND_IN: &str = "#!/bin/sh\n\
    cd \"$(dirname \"$0\")/../../..\"\n\
    echo \"$*\" >> calls\n\
    case \"$*\" in secret\\ bulk*) cat >> input;; esac\n\
    name=$(echo \"$*\" | sed 's/ --env=.*//' | tr ' /' '__')\n\
    if [ -f \"answers/$name\" ]; then cat \"answers/$name\"; exit 0; fi\n\
    if [ -f \"refusals/$name\" ]; then cat \"refusals/$name\"; exit 1; fi\n\
    echo 'not known' >&2; exit 1\n";

/// A server and its tools in a folder of their own, removed when the test ends.
struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Server {
    fn new(name: &str, config: &str) -> Self {
        let root =
            std::env::temp_dir().join(format!("toolgate-setup-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let server = Self(root);
        let manifest = "[package]\nname = \"demo\"\nedition = \"2024\"\n[workspace]\n";
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        server.write("Cargo.toml", manifest);
        server.write("Cargo.lock", lock);
        server.write("src/lib.rs", "");
        server.write("mcp.toml", config);
        // The tools are there, as after `setup --tools-only`.
        let npm = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm/tools");
        let pinned = ["package.json", "package-lock.json"]
            .map(|file| fs::read_to_string(npm.join(file)).expect("a file"));
        server.write("tools/npm/node_modules/.toolgate-stamp", &pinned.concat());
        for (name, version, default) in
            [("worker-build", "0.8.7", true), ("wasm-bindgen-cli", "0.2.130", false)]
        {
            let stamp = format!("{name} {version} default-features={default}\n");
            server.write(&format!("tools/cargo/.{name}.stamp"), &stamp);
        }
        server.program("tools/npm/node_modules/.bin/wrangler", STAND_IN);
        // A system without a Node.js that is new enough would install one.
        server.program("tools/bin/node", "#!/bin/sh\necho v22.12.0\n");
        server.answer("whoami --json", "{\"loggedIn\":true}");
        server.refuse("secret list --format json", "Worker \"demo\" not found.");
        server
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn program(&self, file: &str, text: &str) {
        self.write(file, text);
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.0.join(file), mode).expect("a mode");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap_or_default()
    }

    fn answer(&self, call: &str, text: &str) {
        self.write(&format!("tools/answers/{}", call.replace([' ', '/'], "_")), text);
    }

    fn refuse(&self, call: &str, text: &str) {
        self.write(&format!("tools/refusals/{}", call.replace([' ', '/'], "_")), text);
    }

    fn setup(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command.args(["toolgate", "setup"]).args(arguments).arg("--project").arg(&self.0);
        command.current_dir(&self.0).env("TOOLGATE_DIR", self.0.join("tools"));
        let theirs = std::env::var_os("PATH").unwrap_or_default();
        let folders =
            std::iter::once(self.0.join("tools/bin")).chain(std::env::split_paths(&theirs));
        command.env("PATH", std::env::join_paths(folders).expect("folders"));
        command.stdin(Stdio::null()).output().expect("it starts")
    }

    /// How wrangler was called since the last time.
    fn calls(&self) -> Vec<String> {
        let calls = self.read("tools/calls");
        let _ = fs::remove_file(self.0.join("tools/calls"));
        calls.lines().map(str::to_owned).collect()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

const ACCESS: &str = "[server]\nname = \"Demo\"\n";
const WITH_KV: &str =
    "[server]\nname = \"Demo\"\n\n[storage] # where\nkind = \"kv\" # eventually\n";

const NAMES: [&str; 6] = [
    "ACCESS_CLIENT_ID",
    "ACCESS_CLIENT_SECRET",
    "ACCESS_TOKEN_URL",
    "ACCESS_AUTHORIZATION_URL",
    "ACCESS_JWKS_URL",
    "COOKIE_ENCRYPTION_KEY",
];

/// A file with a value for everything but the key.
fn values() -> String {
    NAMES[..5].iter().map(|name| format!("{name}=\"hush-{name}\"\n")).collect()
}

#[test]
fn without_a_terminal_the_commands_are_printed_and_nothing_is_changed() {
    let server = Server::new("print", WITH_KV);
    for arguments in [&["--print"][..], &[]] {
        let output = server.setup(arguments);
        let said = said(&output);
        assert!(output.status.success(), "{said}");
        for expected in [
            "Redirect URLs: https://demo.<your subdomain>.workers.dev/callback",
            "cargo toolgate wrangler -- kv namespace create demo-oauth-kv",
            "`id` into [storage] of mcp.toml",
            "cargo toolgate wrangler -- secret put COOKIE_ENCRYPTION_KEY",
            "Nothing was changed",
        ] {
            assert!(said.contains(expected), "{expected} is missing in\n{said}");
        }
        assert!(server.calls().is_empty());
        assert_eq!(server.read("mcp.toml"), WITH_KV);
        assert_eq!(server.read("wrangler.jsonc"), "");
    }
    let said = said(&server.setup(&["--print", "--url", "https://mcp.example.com"]));
    assert!(said.contains("Redirect URLs: https://mcp.example.com/callback"), "{said}");
}

#[test]
fn a_namespace_is_made_once_and_its_id_is_written_beside_its_kind() {
    let server = Server::new("kv", WITH_KV);
    server.write("vars", &values());
    server.answer("kv namespace list", "[]");
    let snippet =
        format!("Success!\n{{\n  \"kv_namespaces\": [\n    {{ \"id\": \"{KV}\" }}\n  ]\n}}\n");
    server.answer("kv namespace create demo-oauth-kv", &snippet);
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes", "--vars", "vars"]);
    assert!(output.status.success(), "{}", said(&output));
    let expected = [
        "whoami --json",
        "kv namespace list",
        "kv namespace create demo-oauth-kv",
        "secret list --format json",
        "secret bulk",
    ];
    assert_eq!(server.calls(), expected);
    assert_eq!(server.read("mcp.toml"), format!("{WITH_KV}id = \"{KV}\"\n"));
    assert!(server.read("wrangler.jsonc").contains(KV), "{}", server.read("wrangler.jsonc"));

    // Everything is there: nothing is made, and nothing is asked twice.
    let list: Vec<_> = NAMES.iter().map(|name| format!("{{\"name\":\"{name}\"}}")).collect();
    server.answer("secret list --format json", &format!("[{}]", list.join(",")));
    let output = server.setup(&["--yes"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(server.calls(), ["whoami --json", "secret list --format json"]);
}

#[test]
fn secrets_reach_wrangler_by_its_standard_input_only() {
    let server = Server::new("secrets", ACCESS);
    server.write("vars", &values());
    server.answer(
        "secret list --format json",
        "[{\"name\":\"ACCESS_CLIENT_ID\",\"type\":\"secret_text\"}]",
    );
    server.refuse("secret bulk", "a network that is away");
    let output = server.setup(&["--yes", "--vars", "vars"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let kept = server.read(".toolgate/COOKIE_ENCRYPTION_KEY.key");
    let key = kept.trim();
    assert!(key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    let mode = fs::metadata(server.0.join(".toolgate/COOKIE_ENCRYPTION_KEY.key")).expect("a file");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);

    // The next run takes the key that the last one made.
    server.answer("secret bulk", "done");
    fs::remove_file(server.0.join("tools/input")).expect("it was told");
    let output = server.setup(&["--yes", "--vars", "vars"]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    let told: serde_json::Value = serde_json::from_str(&server.read("tools/input")).expect("JSON");
    let told = told.as_object().expect("an object");
    assert_eq!(told.len(), 5, "the one that is there is left alone");
    assert_eq!(told["ACCESS_CLIENT_SECRET"], "hush-ACCESS_CLIENT_SECRET");
    assert_eq!(told["COOKIE_ENCRYPTION_KEY"], *key);
    let calls = server.calls().join("\n");
    for secret in ["hush-", key] {
        assert!(!said.contains(secret) && !calls.contains(secret), "{said}\n{calls}");
    }
}

#[test]
fn a_secret_without_a_value_fails_and_a_weak_key_is_refused() {
    let server = Server::new("values", ACCESS);
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("no value for ACCESS_CLIENT_ID") && text.contains("--vars FILE"),
        "{text}"
    );
    server.calls();
    server.write("vars", "COOKIE_ENCRYPTION_KEY=weak-and-secret\n");
    let output = server.setup(&["--yes", "--vars", "vars"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("too short") && !text.contains("weak-and-secret"), "{text}");
    assert!(!server.calls().contains(&"secret bulk".to_owned()));
}

/// Of an environment, which must not write into production's.
const OWN_BUCKET: &str = "[env.preview.server]\ntitle = \"Next\"\n\
    [[env.preview.wrangler.r2_buckets]]\nbinding = \"FILES\"\nbucket_name = \"files-next\"\n";

#[test]
fn databases_buckets_and_queues_are_made_where_they_are_missing() {
    let config = "[server]\nname = \"Demo\"\n[storage]\nkind = \"d1\"\n[audit]\nqueue = \"events\"\n\
                  [[wrangler.r2_buckets]]\nbinding = \"FILES\"\nbucket_name = \"files\"\n";
    let server = Server::new("others", &format!("{config}{OWN_BUCKET}"));
    server.write("vars", &values());
    server.answer("d1 list --json", "[{\"name\":\"other\",\"uuid\":\"1\"}]");
    server.answer("d1 create demo-preview-oauth", &format!("\"database_id\": \"{D1}\""));
    server.answer("r2 bucket info files-next", "it is there");
    server.answer("queues create events", "made");
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes", "--vars", "vars", "--env", "preview"]);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let expected = [
        "d1 list --json",
        "d1 create demo-preview-oauth",
        "queues info events",
        "queues create events",
        "r2 bucket info files-next",
        "secret list --format json",
        "secret bulk",
    ];
    let calls = server.calls();
    assert_eq!(calls[0], "whoami --json");
    assert_eq!(calls[1..], expected.map(|call| format!("{call} --env=preview")));
    assert!(text.contains(D1), "{text}");
}

/// Another provider and storage than outside of the environment, and a variable that is set.
fn with_preview() -> String {
    format!(
        "{ACCESS}\n[env.preview.identity]\nprovider = \"github\"\n\n\
         [env.preview.storage]\nkind = \"kv\" # eventually\n\n\
         [env.preview.wrangler.vars]\nGITHUB_CLIENT_ID = \"Ov1\"\n\n[policies.staff]\nemails = [\"a@b.c\"]\n"
    )
}

#[test]
fn an_environment_is_set_up_as_the_whole_that_it_is() {
    let config = with_preview();
    let server = Server::new("environment", &config);
    let text = said(&server.setup(&["--print", "--env", "preview"]));
    for expected in [
        "1. At the identity provider (github)",
        "https://demo-preview.<your subdomain>.workers.dev/callback",
        "cargo toolgate wrangler -- kv namespace create demo-oauth-kv --env preview: KV namespace `preview-demo-oauth-kv`",
        "`id` into [env.preview.storage] of mcp.toml",
        "cargo toolgate wrangler -- secret put GITHUB_CLIENT_SECRET --env preview",
        "On a terminal `cargo toolgate setup --env preview`",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert!(!text.contains("ACCESS_") && !text.contains("GITHUB_CLIENT_ID --env"), "{text}");
    let text = said(&server.setup(&["--print"]));
    assert!(text.contains("secret put ACCESS_CLIENT_ID --env \"\"") && !text.contains("GITHUB"));

    server.write("vars", "GITHUB_CLIENT_SECRET=hush\n");
    server.answer("kv namespace list", "[]");
    server.answer("kv namespace create demo-oauth-kv", &format!("{{ \"id\": \"{KV}\" }}"));
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes", "--vars", "vars", "--env", "preview"]);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("Next: `cargo toolgate deploy --env preview`"), "{text}");
    let expected = [
        "whoami --json",
        "kv namespace list --env=preview",
        "kv namespace create demo-oauth-kv --env=preview",
        "secret list --format json --env=preview",
        "secret bulk --env=preview",
    ];
    assert_eq!(server.calls(), expected);
    let kind = "kind = \"kv\" # eventually\n";
    let with_id = config.replace(kind, &format!("{kind}id = \"{KV}\"\n"));
    assert_eq!(server.read("mcp.toml"), with_id);
    assert!(server.read("wrangler.jsonc").contains(KV), "{}", server.read("wrangler.jsonc"));
    let told: serde_json::Value = serde_json::from_str(&server.read("tools/input")).expect("JSON");
    let key = server.read(".toolgate/COOKIE_ENCRYPTION_KEY.preview.key");
    let secrets = serde_json::json!({
        "GITHUB_CLIENT_SECRET": "hush", "COOKIE_ENCRYPTION_KEY": key.trim(),
    });
    assert_eq!(told, secrets);
}

#[test]
fn outside_of_all_environments_wrangler_is_told_so_and_a_key_is_not_shared() {
    let server = Server::new("outside", &with_preview());
    server.write(".toolgate/COOKIE_ENCRYPTION_KEY.preview.key", &format!("{}\n", "5a".repeat(32)));
    server.write("vars", &values());
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes", "--vars", "vars"]);
    assert!(output.status.success(), "{}", said(&output));
    let expected = ["whoami --json", "secret list --format json --env=", "secret bulk --env="];
    assert_eq!(server.calls(), expected);
    let told = server.read("tools/input");
    assert!(told.contains("COOKIE_ENCRYPTION_KEY") && !told.contains("5a5a"), "{told}");
}

#[test]
fn a_namespace_that_a_deployment_of_the_environment_made_is_taken() {
    let server = Server::new("deployed", &with_preview());
    server.write("vars", "GITHUB_CLIENT_SECRET=hush\n");
    let outer = "{\"id\":\"ffffffffffffffffffffffffffffffff\",\"title\":\"demo-oauth-kv\"}";
    let own = format!("{{\"id\":\"{KV}\",\"title\":\"demo-preview-oauth-kv\"}}");
    server.answer("kv namespace list", &format!("[{outer},{own}]"));
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes", "--vars", "vars", "--env", "preview"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!server.calls().iter().any(|call| call.contains("create")));
    assert!(server.read("mcp.toml").contains(KV), "{}", server.read("mcp.toml"));
}

#[test]
fn an_unknown_environment_is_told_the_right_one() {
    let server = Server::new("unknown", &with_preview());
    for arguments in [&["--env", "preveiw", "--print"][..], &["--env", "preveiw", "--yes"]] {
        let output = server.setup(arguments);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("error: mcp.toml has no environment `preveiw`"), "{text}");
        assert!(text.contains("= help: did you mean `preview`?"), "{text}");
    }
    assert!(server.calls().is_empty());
    assert_eq!(server.read("wrangler.jsonc"), "");
}

#[test]
fn an_interrupted_run_is_taken_up_by_the_next() {
    let server = Server::new("again", WITH_KV);
    server.write("vars", &values());
    // It was made, and its id never came to mcp.toml.
    server
        .answer("kv namespace list", &format!("[{{\"id\":\"{KV}\",\"title\":\"demo-oauth-kv\"}}]"));
    server.answer("secret bulk", "done");
    assert!(server.setup(&["--yes", "--vars", "vars"]).status.success());
    assert!(!server.calls().iter().any(|call| call.contains("create")));
    assert!(server.read("mcp.toml").contains(KV));
}

#[test]
fn who_is_not_logged_in_hears_how() {
    let server = Server::new("login", WITH_KV);
    fs::remove_file(server.0.join("tools/answers/whoami_--json")).expect("a file");
    server.refuse("whoami --json", "{\"loggedIn\":false}");
    let output = server.setup(&["--yes"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("error: wrangler is not logged in")
            && text.contains("cargo toolgate wrangler -- login"),
        "{text}"
    );
    assert_eq!(server.calls(), ["whoami --json"]);
    assert_eq!(server.read("mcp.toml"), WITH_KV);
}

#[test]
fn a_broken_file_and_a_server_of_this_machine_change_nothing() {
    let server = Server::new("broken", "[polices.x]\n");
    let output = server.setup(&["--yes"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("mcp.toml:1:2"), "{}", said(&output));
    server.write("mcp.toml", "[server]\nname = \"Demo\"\n[identity]\nprovider = \"dev\"\n");
    let output = server.setup(&["--yes"]);
    assert!(output.status.success() && said(&output).contains("this machine only"));
    assert!(server.setup(&["--tools-only"]).status.success());
    assert!(server.calls().is_empty());
}
