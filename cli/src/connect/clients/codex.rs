//! Codex of OpenAI.

use crate::connect::client::{Client, Server, Step};
use crate::connect::entry::Form;
use crate::connect::text::word;

/// <https://learn.chatgpt.com/docs/extend/mcp>
pub(in crate::connect) static CODEX: Client = Client {
    name: "codex",
    title: "Codex",
    help: "Codex: its command line, IDE extension and desktop app",
    file: |_, machine| {
        let own = machine.in_variable("CODEX_HOME", "config.toml");
        Some(own.unwrap_or_else(|| machine.at_home(".codex/config.toml")))
    },
    form: Some(Form::Toml("mcp_servers")),
    commands: |server| {
        let Server { name, address, .. } = server;
        let url = word(address.as_str());
        vec![
            Step {
                what: "for all your projects",
                command: format!("codex mcp add {name} --url {url}"),
            },
            Step { what: "to sign in", command: format!("codex mcp login {name}") },
        ]
    },
    then: |name| format!("Then `codex mcp login {name}` signs in."),
    ..Client::PLAIN
};
