//! Blocks of Rust become the integration tests of one server, which is compiled and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_toolgate::project::Project;
use cargo_toolgate::sync;
use toolgate_tests::repository;

use crate::block::Block;
use crate::blocks_of;

const DOC: &str = "#[test] fn block() -> std::result::Result<(), toolgate::tool::Error>";
const PRELUDE: &str = "use toolgate::prelude::*;\n";

#[test]
fn rust_compiles_and_its_tests_pass() {
    let folder = target().join("book-code");
    let tests = folder.join("tests");
    let _ = fs::remove_dir_all(&tests);
    fs::create_dir_all(&tests).expect("a folder");
    write(&folder.join("Cargo.toml"), &manifest());
    write(&folder.join("mcp.toml"), include_str!("mcp.toml"));
    write(&folder.join("src/lib.rs"), "");
    for block in blocks_of("rust").iter().filter(|block| !block.has("page")) {
        let name = block.place.replace(|character: char| !character.is_ascii_alphanumeric(), "_");
        write(&tests.join(format!("{name}.rs")), &source(block));
    }
    test(&folder);
}

/// Runs the tests of a server in this folder.
pub fn test(folder: &Path) {
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    sync::run(&Project::find(folder).expect("a server")).expect("its wrangler.jsonc");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--offline", "--no-fail-fast"]).current_dir(folder);
    // What the repository has compiled need not be compiled again.
    let output = cargo.env("CARGO_TARGET_DIR", target()).output().expect("cargo");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "the name of a file says where the block is\n{said}{printed}");
}

/// A block as a file of its own. It stands at the end, for `serve!()` does.
fn source(block: &Block) -> String {
    if block.has("doc") {
        return format!("{DOC} {{\n{}Ok(())\n}}\n", block.text);
    }
    let before = if block.has("access") {
        let example = repository().join("examples/access/src/lib.rs");
        let example = fs::read_to_string(example).expect("the example");
        let (functions, _) = example.split_once("toolgate::serve!();").expect("it ends by that");
        functions.to_owned()
    } else if block.has("prelude") {
        PRELUDE.to_owned()
    } else {
        String::new()
    };
    format!("{before}{}", block.text)
}

/// The server that the blocks are parts of, with the profiles of the repository.
pub fn manifest() -> String {
    let root = fs::read_to_string(repository().join("Cargo.toml")).expect("a manifest");
    let profiles = root.find("[profile.").map_or("", |start| &root[start..]);
    let server = include_str!("Cargo.toml.in");
    let runtime = repository().join("runtime");
    let server = server.replace("RUNTIME", &runtime.to_string_lossy().replace('\\', "/"));
    format!("{server}\n{profiles}")
}

pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return;
    }
    fs::write(path, text).expect("a file");
}

/// Where cargo puts what it compiles.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}
