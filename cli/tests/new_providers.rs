//! Servers that `cargo toolgate new --provider` makes.

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
    let root = std::env::temp_dir().join(format!("toolgate-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).expect("a folder");
    Folder(root)
}

fn toolgate(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.arg("toolgate").args(arguments).current_dir(folder).stdin(Stdio::null());
    command.output().expect("it starts")
}

#[test]
fn every_provider_makes_a_server_of_which_there_is_nothing_to_complain() {
    let folder = folder("providers");
    let providers = [
        "cloudflare-access",
        "oidc",
        "entra",
        "google",
        "okta",
        "auth0",
        "keycloak",
        "cognito",
        "gitlab",
        "github",
    ];
    for provider in providers {
        toolgate(&folder.0, &["new", provider, "--provider", provider, "--yes"]);
        let server = folder.0.join(provider);
        let checked = toolgate(&server, &["check", "--no-build"]);
        let said = String::from_utf8_lossy(&checked.stderr);
        // A template may warn of its own; a preset has nothing to be warned of.
        let is_template = ["cloudflare-access", "github"].contains(&provider);
        assert!(checked.status.success(), "{provider}: {said}");
        assert!(is_template || !said.contains("warning"), "{provider}: {said}");
        let config = fs::read_to_string(server.join("mcp.toml")).expect("a file");
        let named = format!("provider = \"{provider}\"");
        assert!(config.contains(&named) || provider == "cloudflare-access", "{config}");
    }
    for (arguments, said) in [
        (["x", "--provider", "none", "--yes"], "write one of cloudflare-access, oidc, entra"),
        (["x", "--provider=entra", "--template", "oidc"], "cannot be used with"),
    ] {
        let output = toolgate(&folder.0, &[&["new"], &arguments[..]].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && error.contains(said), "{error}");
    }
}

#[test]
fn a_server_without_a_name_is_my_server_where_nobody_wants_to_be_asked() {
    let folder = folder("unnamed");
    toolgate(&folder.0, &["new", "--provider", "entra", "--yes"]);
    assert!(folder.0.join("my-server/mcp.toml").is_file());
}
