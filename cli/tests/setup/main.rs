//! What `setup` tells wrangler.

#![cfg(unix)]

mod environments;
mod server;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::server::{Server, said};

const KV: &str = "0123456789abcdef0123456789abcdef";
const D1: &str = "01234567-89ab-cdef-0123-456789abcdef";

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

/// Two secrets of the server's own, and one more of an environment.
const OWN: &str = "[server]\nname = \"Demo\"\n[secrets]\nSTATUS_TOKEN = \"token of the status page\"\n\
    WEATHER_TOKEN = \"token of the weather service\"\n\
    [env.preview.secrets]\nTRACE_KEY = \"key of the traces\"\n";

#[test]
fn a_secret_of_the_server_s_own_is_asked_for_by_its_purpose() {
    let server = Server::new("own", OWN);
    let text = said(&server.setup(&["--print"]));
    for expected in [
        "secret put STATUS_TOKEN --env \"\": token of the status page",
        "secret put WEATHER_TOKEN --env \"\": token of the weather service",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert!(!text.contains("TRACE_KEY"), "{text}");
    let text = said(&server.setup(&["--print", "--env", "preview"]));
    for expected in [
        "secret put STATUS_TOKEN --env preview: token of the status page",
        "secret put TRACE_KEY --env preview: key of the traces",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
}

#[test]
fn a_secret_of_the_server_s_own_that_is_there_is_never_overwritten() {
    let server = Server::new("own-there", OWN);
    let own = "STATUS_TOKEN=hush-status\nWEATHER_TOKEN=hush-weather\n";
    server.write("vars", &format!("{}{own}", values()));
    server.answer("secret list --format json", "[{\"name\":\"STATUS_TOKEN\"}]");
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes", "--vars", "vars"]);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let told: serde_json::Value = serde_json::from_str(&server.read("tools/input")).expect("JSON");
    assert_eq!(told["WEATHER_TOKEN"], "hush-weather");
    assert!(told.get("STATUS_TOKEN").is_none(), "the one that is there is left alone");
    assert!(!text.contains("hush-"), "{text}");
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

#[test]
fn migrations_are_applied_once_their_database_is_made() {
    let config = "[server]\nname = \"Demo\"\n\n[[wrangler.d1_databases]]\nbinding = \"DB\"\n\
                  database_name = \"notes\"\n";
    let server = Server::new("migrations", config);
    server.write("migrations/0001_notes.sql", "");
    let printed = said(&server.setup(&["--print"]));
    let command = "cargo toolgate wrangler -- d1 migrations apply DB --remote";
    assert!(printed.contains(command), "{printed}");

    server.write("vars", &values());
    server.answer("d1 list --json", "[]");
    server.answer("d1 create notes", &format!("{{ \"database_id\": \"{D1}\" }}"));
    server.answer("d1 migrations list DB --remote", "│ 0001_notes.sql │");
    server.answer("d1 migrations apply DB --remote", "done");
    server.answer("secret bulk", "done");
    let output = server.setup(&["--yes", "--vars", "vars"]);
    assert!(output.status.success(), "{}", said(&output));
    let calls = server.calls();
    let of_migrations: Vec<_> = calls.iter().filter(|call| call.contains("migrations")).collect();
    assert_eq!(
        of_migrations,
        ["d1 migrations list DB --remote", "d1 migrations apply DB --remote"],
        "{calls:?}"
    );
    assert!(
        said(&output).contains("migrations of DB, in migrations: 0001_notes.sql: applied"),
        "{}",
        said(&output)
    );

    let next = "Next: `cargo toolgate lock`, since mcp.lock has the ids of [wrangler]; then";
    assert!(said(&output).contains(next), "{}", said(&output));

    server.answer("d1 migrations list DB --remote", "✅ No migrations to apply!");
    let output = said(&server.setup(&["--yes", "--vars", "vars"]));
    assert!(output.contains("migrations of DB, in migrations: all are applied"), "{output}");
    assert!(output.contains("Next: `cargo toolgate deploy`"), "{output}");
}
