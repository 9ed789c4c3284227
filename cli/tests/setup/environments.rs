//! Environments, which have resources and secrets of their own.

use crate::server::{Server, said};
use crate::{ACCESS, KV, values};

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
