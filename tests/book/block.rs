//! The code blocks of a page of documentation.

use std::path::Path;

/// A block between fences.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The page and the line of the opening fence, as in `docs/storage.md:10`.
    pub place: String,
    /// What stands behind the fence: a language, then words for the checks.
    words: Vec<String>,
    pub text: String,
}

impl Block {
    /// The language, empty where none is named.
    pub fn language(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Whether a word stands behind the language.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|one| one == word)
    }

    /// The first word behind the language that is none of these.
    pub fn unknown_word(&self, known: &[&str]) -> Option<&str> {
        self.words.iter().skip(1).map(String::as_str).find(|word| !known.contains(word))
    }
}

/// All blocks of a page. Blocks by indentation have no language, and are given an empty one.
pub fn read(page: &str, text: &str) -> Vec<Block> {
    let lines: Vec<_> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let place = format!("{page}:{}", at + 1);
        let indent = line.len() - line.trim_start().len();
        if let Some(info) = line.trim_start().strip_prefix("```") {
            let inside = lines.iter().skip(at + 1).take_while(|line| line.trim() != "```");
            let inside: Vec<_> = inside.map(|line| line.get(indent..).unwrap_or("")).collect();
            at += inside.len() + 1;
            let words = info.split([',', ' ']).map(str::to_owned).collect();
            blocks.push(Block { place, words, text: inside.join("\n") + "\n" });
        } else if is_indented(&lines, at) {
            blocks.push(Block { place, words: vec![String::new()], text: format!("{line}\n") });
        }
        at += 1;
    }
    blocks
}

/// Code by four blanks, after an empty line that no list comes before.
fn is_indented(lines: &[&str], at: usize) -> bool {
    let is_item = |line: &&&str| {
        let text = line.trim_start();
        text.starts_with("- ")
            || text.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok())
    };
    let above = lines.get(..at).unwrap_or_default();
    let starts = above.last().is_none_or(|line| line.trim().is_empty());
    let paragraph = above.iter().rev().skip_while(|line| line.trim().is_empty());
    let in_list = paragraph.take_while(|line| !line.trim().is_empty()).any(|line| is_item(&line));
    lines.get(at).is_some_and(|line| line.starts_with("    ")) && starts && !in_list
}

/// The pages of the book and the README, with their names in the repository.
pub fn pages(root: &Path) -> Vec<(String, String)> {
    let folder = std::fs::read_dir(root.join("docs")).expect("docs");
    let names =
        folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut names: Vec<_> =
        names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")).collect();
    names.push("README.md".to_owned());
    names.sort();
    let read = |name: String| {
        let text = std::fs::read_to_string(root.join(&name)).expect("a page");
        (name, text)
    };
    names.into_iter().map(read).collect()
}

#[test]
fn fences_and_indentation_are_found_with_their_places() {
    let text = "a\n\n```toml,fragment\nx = 1\n```\n\n    cargo demo\n\n1. one\n\n   ```sh\n   ls\n   ```\n";
    let found = read("p", text);
    let seen: Vec<_> = found.iter().map(|b| (&*b.place, b.language(), &*b.text)).collect();
    assert_eq!(
        seen,
        [("p:3", "toml", "x = 1\n"), ("p:7", "", "    cargo demo\n"), ("p:11", "sh", "ls\n")]
    );
    assert!(found[0].has("fragment") && !found[0].has("toml"));
}
