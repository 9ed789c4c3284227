//! What the tests share: expected files and the repository's root.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The reference `mcp.toml`.
pub fn reference() -> String {
    std::fs::read_to_string(repository().join("mcp.toml")).expect("the reference exists")
}

/// The reference with an example in place of its line; with the whole section, where one is absent by default.
pub fn with_example(reference: &str, line: &str, example: &str) -> String {
    match absent_section(reference, line) {
        Some(section) => reference.replacen(section, &uncommented(section), 1),
        None => reference.replacen(line, example, 1),
    }
}

/// The section behind `#` that a line is of.
fn absent_section<'a>(reference: &'a str, line: &str) -> Option<&'a str> {
    let start = reference.find("\n#[")? + 1;
    let length = reference[start..].find("\n\n\n")?;
    let section = &reference[start..start + length];
    section.contains(line).then_some(section)
}

fn uncommented(section: &str) -> String {
    let code = |line: &str| match line.strip_prefix('#') {
        Some(code) if !code.starts_with(' ') => format!("{code}\n"),
        _ => format!("{line}\n"),
    };
    section.lines().map(code).collect()
}

/// Compares a file with what it should be; `UPDATE_EXPECT=1` rewrites it.
pub fn assert_file(path: &Path, expected: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, expected).expect("the file can be written");
        return;
    }
    let found = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(found, expected, "{} is stale: run with UPDATE_EXPECT=1", path.display());
}

/// JSONC without its comments, which stand on lines of their own.
pub fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}
