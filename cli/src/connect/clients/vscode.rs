//! Visual Studio Code.

use serde_json::{Value, json};

use crate::connect::client::{Client, Server, Step};
use crate::connect::client_file::ClientFile;
use crate::connect::entry::Form;
use crate::connect::text::{percent_encoded, word};

/// <https://code.visualstudio.com/docs/copilot/reference/mcp-configuration>
pub(in crate::connect) static VS_CODE: Client = Client {
    name: "vscode",
    alias: Some("vs-code"),
    title: "VS Code",
    help: "Visual Studio Code",
    // The file of the person is one for each profile.
    file: |global, _| (!global).then(|| ClientFile::in_project(".vscode/mcp.json")),
    form: Some(Form::Json("servers")),
    entry: |address| json!({ "type": "http", "url": address.as_str() }),
    commands: |server| {
        let command = format!("code --add-mcp {}", word(&with_name(server).to_string()));
        vec![Step { what: "for all your projects", command }]
    },
    link: |server| {
        let server = percent_encoded(&with_name(server).to_string());
        Some(format!("vscode:mcp/install?{server}"))
    },
    then: |_| "Then start it where VS Code lists its MCP servers, and sign in.".to_owned(),
    ..Client::PLAIN
};

/// The server as `code --add-mcp` and links take it:
/// <https://code.visualstudio.com/docs/copilot/guides/mcp-developer-guide>
fn with_name(server: &Server<'_>) -> Value {
    json!({ "name": server.name, "type": "http", "url": server.address.as_str() })
}
