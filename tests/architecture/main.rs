//! Nothing imports from a floor above its own: the floors are data, `floors.toml`. Facts are stated once, and
//! nothing is too large to be read.

mod facts;
mod floors;
mod forms;
mod graph;
mod sizes;
mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::floors::{Floors, Rules};
use crate::source::Crate;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is wrong with a crate whose files are these.
fn faults(rules: &Rules, text: &dyn Fn(&Path) -> Option<String>) -> Vec<String> {
    let read = Crate::read("lib.rs", text);
    let files: BTreeSet<_> = read.modules.values().map(|module| module.file.clone()).collect();
    rules.faults(&files, &graph::imports(&read))
}

#[test]
fn nothing_imports_from_a_floor_above_its_own() {
    for rules in Floors::read().crates {
        let root = repository().join(&rules.path).join("src");
        let faults = faults(&rules, &|file| std::fs::read_to_string(root.join(file)).ok());
        assert!(faults.is_empty(), "{}:\n{}", rules.path, faults.join("\n"));
    }
}

#[test]
fn architecture_md_shows_the_floors() {
    let text = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("is there");
    let text = text.replace("\r\n", "\n");
    let rules = Floors::read().crates.into_iter().find(|rules| rules.path == "runtime");
    let table = rules.expect("the runtime has floors").table();
    assert!(text.contains(&table), "ARCHITECTURE.md has to show:\n{table}");
}
