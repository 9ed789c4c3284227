//! The entry for one server in a client's file.

use serde_json::{Map, Value, json};

use super::address::Address;
use super::client::Client;

/// One server in a client's file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) form: Form,
    pub(super) name: String,
    pub(super) value: Value,
}

/// Format of a client's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON; servers are under this key.
    Json(&'static str),
    /// TOML, as Codex has it: servers are tables of `mcp_servers`.
    Toml,
}

/// The table of a Codex configuration that servers are in.
pub(super) const CODEX_SERVERS: &str = "mcp_servers";

impl Entry {
    /// The entry of a client, if it is configured by a file.
    pub(super) fn of(client: Client, name: &str, address: &Address) -> Option<Self> {
        let url = address.as_str();
        let (form, value) = match client {
            // https://code.claude.com/docs/en/mcp
            Client::ClaudeCode => (Form::Json("mcpServers"), json!({ "type": "http", "url": url })),
            // https://cursor.com/docs/mcp
            Client::Cursor => (Form::Json("mcpServers"), json!({ "url": url })),
            // https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
            Client::VsCode => (Form::Json("servers"), json!({ "type": "http", "url": url })),
            // https://learn.chatgpt.com/docs/extend/mcp
            Client::Codex => (Form::Toml, json!({ "url": url })),
            // The file of Claude Desktop has programs only:
            // https://support.claude.com/en/articles/11175166
            Client::ClaudeDesktop | Client::McpRemote => {
                (Form::Json("mcpServers"), json!({ "command": "npx", "args": mcp_remote(address) }))
            }
            Client::ClaudeAi | Client::Inspector => return None,
        };
        Some(Self { form, name: name.to_owned(), value })
    }

    /// The text to paste.
    pub(super) fn fragment(&self) -> String {
        match self.form {
            Form::Json(servers) => {
                let entry = Map::from_iter([(self.name.clone(), self.value.clone())]);
                format!("{:#}", json!({ servers: entry }))
            }
            Form::Toml => {
                let url = self.value["url"].as_str().unwrap_or_default();
                format!("[{CODEX_SERVERS}.{}]\nurl = \"{url}\"", self.name)
            }
        }
    }
}

/// The arguments of `npx` that make it the way to a server:
/// <https://github.com/punkpeye/mcp-remote#usage>
pub(super) fn mcp_remote(address: &Address) -> Vec<&str> {
    let mut arguments = vec!["-y", "mcp-remote", address.as_str()];
    if address.is_plain_http_elsewhere() {
        arguments.push("--allow-http");
    }
    arguments
}
