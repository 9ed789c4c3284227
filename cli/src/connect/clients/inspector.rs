//! The MCP Inspector.

use crate::connect::client::{Client, Step};
use crate::connect::text::word;

/// <https://github.com/modelcontextprotocol/inspector/blob/main/docs/mcp-server-configuration.md>
pub(in crate::connect) static INSPECTOR: Client = Client {
    name: "inspector",
    title: "MCP Inspector",
    help: "MCP Inspector",
    commands: |server| {
        let target = format!("--transport http --server-url {}", word(server.address.as_str()));
        let inspector = "npx @modelcontextprotocol/inspector";
        let cli = format!("{inspector} --cli {target} --method tools/list");
        let page = format!("{inspector} {target}");
        vec![
            Step { what: "for its page in the browser", command: page },
            Step { what: "to list the tools", command: cli },
        ]
    },
    then: |_| "It needs Node.js 22.19 or newer.".to_owned(),
    ..Client::PLAIN
};
