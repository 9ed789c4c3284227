//! What the compiler says to the author of a tool: `fail` holds one fault a file, named by the
//! fault, with the text that appears; `pass` holds what has to compile.
//!
//! `TRYBUILD=overwrite cargo test -p toolgate-ui-tests` writes the texts anew. They belong
//! to the pinned toolchain: rustc words its own errors anew now and then.

use std::fs;
use std::path::{Path, PathBuf};

/// What the README shows, as a program: its policies are those of another file.
fn readme() -> PathBuf {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).expect("the README can be read");
    let shown = readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    let shown = shown.expect("the README shows a server");
    assert!(shown.contains("toolgate::serve!();"), "{shown}");
    let program = shown.replace("toolgate::serve!();", "fn main() {}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tests/readme.rs");
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
    fs::write(&path, program.replace("image-makers", "writers")).expect("it can be written");
    path
}

#[test]
fn faults_are_explained_and_the_rest_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.pass(readme());
    cases.compile_fail("fail/*.rs");
}
