//! What core states once is stated nowhere else: revisions, methods and paths.

use std::path::{Path, PathBuf};

use crate::repository;

const REVISIONS: &str = "runtime/core/src/mcp/revision.rs";
const METHODS: &str = "runtime/core/src/mcp/method.rs";
const NOTIFICATIONS: &str = "runtime/core/src/mcp/notify.rs";
const PATHS: &str = "runtime/core/src/paths.rs";

/// The files of a Worker, with their paths from the root of the repository.
fn sources() -> Vec<(String, String)> {
    let root = repository();
    let mut folders: Vec<PathBuf> = vec!["runtime/core/src".into(), "runtime/src".into()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).expect("is a folder") {
            let entry = entry.expect("is readable");
            let path = folder.join(entry.file_name());
            if entry.file_type().expect("is known").is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.to_string_lossy().replace('\\', "/");
                if name.ends_with("_tests.rs") {
                    continue;
                }
                sources.push((name, code(&root.join(&path))));
            }
        }
    }
    assert!(sources.len() > 100, "the sources are found");
    sources
}

/// A file without its tests, which spell facts anew to hold them against something, and without comments.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("is a file of text").replace("\r\n", "\n");
    let text = text.split_once("#[cfg(test)]\nmod ").map_or(text.as_str(), |(code, _)| code);
    text.lines().filter(|line| !line.trim_start().starts_with("//")).fold(
        String::new(),
        |mut code, line| {
            code.push_str(line);
            code.push('\n');
            code
        },
    )
}

/// The texts between quotes in a file that are facts.
fn stated(file: &str, is_fact: fn(&str) -> bool) -> Vec<String> {
    let code = code(&repository().join(file));
    let texts = code.split('"').skip(1).step_by(2).filter(|text| is_fact(text));
    let texts: Vec<_> = texts.map(str::to_owned).collect();
    assert!(texts.len() > 2, "{file} states facts");
    texts
}

/// Fails on a file besides `home` that spells a text of it.
fn assert_stated_once(home: &str, is_fact: fn(&str) -> bool) {
    let facts = stated(home, is_fact);
    for (file, code) in sources().iter().filter(|(file, _)| file != home) {
        for fact in &facts {
            let quoted = [["\"", fact, "\""].concat(), ["\\\"", fact, "\\\""].concat()];
            let is_spelled = quoted.iter().any(|quoted| code.contains(quoted.as_str()));
            assert!(!is_spelled, "{file} spells {fact}, which {home} states");
        }
    }
}

#[test]
fn revisions_are_asked_for_what_they_have() {
    for (file, code) in sources() {
        if [REVISIONS, METHODS].contains(&file.as_str()) {
            continue;
        }
        for variant in ["Revision::V2", "is_modern()"] {
            assert!(
                !code.contains(variant),
                "{file} compares revisions; {REVISIONS} has predicates"
            );
        }
    }
    assert_stated_once(REVISIONS, |text| text.starts_with("20"));
}

#[test]
fn methods_are_stated_once() {
    assert_stated_once(METHODS, |text| text.contains('/') || text == "initialize");
    assert_stated_once(NOTIFICATIONS, |text| text.starts_with("notifications/"));
}

#[test]
fn paths_are_stated_once() {
    assert_stated_once(PATHS, |text| text.starts_with('/') && text.len() > 1);
}
