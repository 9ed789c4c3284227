//! mcp-remote, which others start.

use serde_json::{Value, json};

use crate::connect::address::Address;
use crate::connect::client::{Client, Step};
use crate::connect::entry::Form;
use crate::connect::text::word;

/// <https://github.com/punkpeye/mcp-remote#usage>
pub(in crate::connect) static MCP_REMOTE: Client = Client {
    name: "mcp-remote",
    title: "mcp-remote",
    help: "mcp-remote, for clients that can only start programs",
    form: Some(Form::Json("mcpServers")),
    entry,
    is_started: true,
    commands: |server| {
        let arguments: Vec<_> = arguments(server.address).into_iter().map(word).collect();
        let trial = format!("npx -y -p mcp-remote mcp-remote-client {}", arguments[2..].join(" "));
        let start = format!("npx {}", arguments.join(" "));
        vec![
            Step { what: "as the client starts it", command: start },
            Step { what: "to sign in and list the tools", command: trial },
        ]
    },
    then: |_| "It opens a browser to sign in, and keeps the tokens in ~/.mcp-auth.".to_owned(),
    ..Client::PLAIN
};

/// The entry of a client that can only start programs.
pub(super) fn entry(address: &Address) -> Value {
    json!({ "command": "npx", "args": arguments(address) })
}

/// The arguments of `npx` that make it the way to a server.
fn arguments(address: &Address) -> Vec<&str> {
    let mut arguments = vec!["-y", "mcp-remote", address.as_str()];
    if address.is_plain_http_elsewhere() {
        arguments.push("--allow-http");
    }
    arguments
}
