//! Blocks that are data, or of another language.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::block::Block;
use crate::{assert_none, blocks_of};

/// What a fragment of `mcp.toml` is put behind, unless it has it itself.
const SERVER: &str = "[server]\nname = \"Documentation\"\n";

/// What fragments refer to by name.
const POLICIES: &str = include_str!("policies.toml");

#[test]
fn toml_is_accepted() {
    let faults: Vec<_> = blocks_of("toml")
        .iter()
        .filter_map(|block| {
            let fault = if block.has("cargo") { cargo_fault(block) } else { mcp_fault(block) };
            fault.map(|fault| format!("{}: {fault}", block.place))
        })
        .collect();
    assert_none(&faults);
}

fn cargo_fault(block: &Block) -> Option<String> {
    block.text.parse::<toml::Table>().err().map(|error| error.to_string())
}

fn mcp_fault(block: &Block) -> Option<String> {
    let text = if block.has("fragment") { whole(&block.text) } else { block.text.clone() };
    let diagnostics = toolgate_config::check(&text).err()?;
    let said: Vec<_> = diagnostics.iter().map(|one| format!("{one:?}")).collect();
    Some(format!("{}\n{text}", said.join("\n")))
}

/// A whole `mcp.toml` with this in it, and with the policies that it does not make itself.
pub fn whole(fragment: &str) -> String {
    let server = if fragment.contains("[server]") { "" } else { SERVER };
    let policies: String = POLICIES
        .split("\n\n")
        .filter(|policy| {
            let header = policy.lines().find(|line| line.starts_with('[')).expect("a table");
            !fragment.contains(header)
        })
        .collect::<Vec<_>>()
        .join("\n\n");
    // Tests of a policy are written behind it.
    format!("{server}\n{policies}\n\n{fragment}")
}

#[test]
fn json_is_json() {
    let parse = |block: &Block| {
        let error = serde_json::from_str::<serde_json::Value>(&block.text).err()?;
        Some(format!("{}: {error}", block.place))
    };
    let faults: Vec<_> = blocks_of("json").iter().filter_map(parse).collect();
    assert_none(&faults);
}

#[test]
fn typescript_is_typescript() {
    let tools = toolgate_tests::tools();
    let parse = |block: &Block| {
        let mut esbuild = Command::new(tools.npm_binary("esbuild"));
        esbuild.args(["--loader=ts", "--log-level=warning"]).envs(tools.environment());
        let said = with_input(esbuild, &block.text).err()?;
        Some(format!("{}: {said}", block.place))
    };
    let faults: Vec<_> = blocks_of("ts").iter().filter_map(parse).collect();
    assert_none(&faults);
}

/// Runs a program that reads this; its complaints if it fails.
pub fn with_input(mut command: Command, input: &str) -> Result<(), String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it is installed by `cargo verify`");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that has seen enough closes it; its exit status tells.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
