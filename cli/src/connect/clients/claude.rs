//! The clients of Anthropic.

use serde_json::json;

use super::mcp_remote;
use crate::connect::client::{Client, Server, Step};
use crate::connect::client_file::{ClientFile, Machine};
use crate::connect::entry::Form;
use crate::connect::text::word;

/// <https://code.claude.com/docs/en/mcp>
pub(in crate::connect) static CLAUDE_CODE: Client = Client {
    name: "claude-code",
    title: "Claude Code",
    help: "Claude Code",
    // "MCP installation scopes". The file of the person also holds the state of Claude Code, which writes
    // it at any time.
    file: |global, _| (!global).then(|| ClientFile::in_project(".mcp.json")),
    form: Some(Form::Json("mcpServers")),
    entry: |address| json!({ "type": "http", "url": address.as_str() }),
    commands: |server| {
        let Server { name, address, global } = server;
        let (scope, what) = match global {
            true => ("--scope user ", "for all your projects"),
            false => ("", "for yourself, in this folder"),
        };
        let url = word(address.as_str());
        let command = format!("claude mcp add --transport http {scope}{name} {url}");
        vec![Step { what, command }]
    },
    then: |_| "Then type /mcp in Claude Code and authenticate there.".to_owned(),
    ..Client::PLAIN
};

pub(in crate::connect) static CLAUDE_DESKTOP: Client = Client {
    name: "claude-desktop",
    title: "Claude Desktop",
    help: "Claude Desktop",
    file: |_, machine| Some(desktop_file(machine)),
    // The file has programs only: https://support.claude.com/en/articles/11175166
    form: Some(Form::Json("mcpServers")),
    entry: mcp_remote::entry,
    by_hand: connector,
    then: |_| "Then sign in in the browser; it reads a changed file when it starts.".to_owned(),
    ..Client::PLAIN
};

pub(in crate::connect) static CLAUDE_AI: Client = Client {
    name: "claude.ai",
    alias: Some("claude-ai"),
    title: "claude.ai",
    help: "claude.ai in a browser",
    requests_from: Some("Anthropic's servers"),
    by_hand: connector,
    then: |_| "Then press Connect and sign in.".to_owned(),
    ..Client::PLAIN
};

/// <https://modelcontextprotocol.io/docs/develop/connect-local-servers>
fn desktop_file(machine: Machine) -> ClientFile {
    const FILE: &str = "Claude/claude_desktop_config.json";
    match machine.os {
        "macos" => machine.at_home("Library/Application Support/Claude/claude_desktop_config.json"),
        "windows" => ClientFile::in_folder_of("APPDATA", FILE),
        _ => machine
            .in_variable("XDG_CONFIG_HOME", FILE)
            .unwrap_or_else(|| machine.at_home(".config/Claude/claude_desktop_config.json")),
    }
}

/// <https://support.claude.com/en/articles/11175166>
fn connector(server: &Server<'_>) -> Option<String> {
    let Server { name, address, .. } = server;
    (!address.is_local()).then(|| {
        format!(
            "Settings → Connectors → Add custom connector\n  \
             Name                   {name}\n  \
             Remote MCP server URL  {address}"
        )
    })
}
