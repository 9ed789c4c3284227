//! The files of the templates as they lie in the repository: what they lock, what they pin.

use std::collections::BTreeSet;
use std::fs;

use cargo_toolgate::new::Template;
use toolgate_tests::repository;

#[test]
fn the_templates_lock_what_the_repository_locks() {
    let lines = |path: &str| -> Vec<String> {
        let text = read(path);
        let entries = text.split("[[package]]").skip(1);
        entries
            .filter(|entry| entry.contains("source = "))
            .map(|entry| entry.lines().take(4).collect::<Vec<_>>().join(" "))
            .collect()
    };
    let known = lines("Cargo.lock");
    for template in Template::all() {
        let path = format!("templates/{}/Cargo.lock", template.name());
        let strange: Vec<_> =
            lines(&path).into_iter().filter(|entry| !known.contains(entry)).collect();
        assert!(
            strange.is_empty(),
            "TOOLGATE_BLESS=1 renews {path}, which has\n{}",
            strange.join("\n")
        );
    }
}

/// A dependency that only the repository's lock file has would be a fresh, unlocked one in every new
/// server, and `--locked` refuses it.
#[test]
fn the_templates_lock_every_dependency_of_toolgate() {
    let crates = [
        "runtime",
        "macros",
        "runtime/config",
        "runtime/core",
        "runtime/json",
        "runtime/policy",
        "runtime/policy-proof",
    ];
    let manifests = crates.map(|path| {
        let manifest: toml::Table =
            toml::from_str(&read(&format!("{path}/Cargo.toml"))).expect("TOML");
        (name_of(&manifest), required(&manifest))
    });
    for template in Template::all() {
        let path = format!("templates/{}/Cargo.lock", template.name());
        let locked: toml::Table = toml::from_str(&read(&path)).expect("TOML");
        let packages = locked["package"].as_array().expect("packages");
        for (name, required) in &manifests {
            let package = packages.iter().find(|package| package["name"].as_str() == Some(name));
            let package = package.unwrap_or_else(|| panic!("{path} has no {name}"));
            let locked: BTreeSet<_> = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .map(|entry| {
                    entry
                        .as_str()
                        .unwrap_or_default()
                        .split(' ')
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                })
                .collect();
            let missing: Vec<_> = required.difference(&locked).collect();
            assert!(missing.is_empty(), "TOOLGATE_BLESS=1 renews {path}: {name} lacks {missing:?}");
        }
    }
}

#[test]
fn the_templates_pin_what_the_repository_pins() {
    let ours = read(".github/workflows/ci.yml");
    let pinned = ours.lines().find(|line| line.contains("rustup default")).expect("a toolchain");
    let rust = pinned.split_whitespace().last().expect("a version");
    for file in [".github/workflows/deploy.yml", "workers-builds.sh"] {
        let text = read(&format!("templates/access/{file}"));
        assert!(text.contains(rust), "{file}: Rust {rust}");
        assert!(text.contains("sh ci.sh "), "{file}");
    }
}

/// Whoever can move a tag, or takes a name that is free, would run code with the secrets of a deployment.
#[test]
fn ci_runs_nothing_that_somebody_else_can_change() {
    for file in ["templates/access/.github/workflows/deploy.yml", ".github/workflows/ci.yml"] {
        let text = read(file);
        let actions: Vec<_> = text.lines().filter_map(|line| line.split_once("uses: ")).collect();
        assert!(!actions.is_empty(), "{file}");
        for (_, action) in actions {
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            let commit = commit.split_whitespace().next().unwrap_or_default();
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_commit, "{file}: {action}");
        }
    }
    for file in [".github/workflows/deploy.yml", "workers-builds.sh", "ci.sh"] {
        let text = read(&format!("templates/access/{file}"));
        let commands: Vec<_> =
            text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        for line in commands {
            assert!(!line.contains("npx") && !line.contains("npm "), "{file}: {line}");
            assert!(!line.contains("versions upload"), "{file}: {line}");
            let is_pinned = line.contains("--locked --git \"$repository\" --rev ");
            assert!(!line.contains("cargo install") || is_pinned, "{file}: {line}");
        }
    }
}

fn name_of(manifest: &toml::Table) -> String {
    manifest["package"]["name"].as_str().expect("a name").to_owned()
}

/// The packages that a manifest always depends on, whatever the features.
fn required(manifest: &toml::Table) -> BTreeSet<String> {
    let dependencies = manifest["dependencies"].as_table().expect("dependencies");
    let is_optional =
        |entry: &toml::Value| entry.get("optional").and_then(toml::Value::as_bool) == Some(true);
    let always = dependencies.iter().filter(|(_, entry)| !is_optional(entry));
    always.map(|(name, _)| name.clone()).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
