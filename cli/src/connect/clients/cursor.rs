//! Cursor.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::connect::client::Client;
use crate::connect::client_file::ClientFile;
use crate::connect::entry::Form;
use crate::connect::text::percent_encoded;

/// <https://cursor.com/docs/mcp>
pub(in crate::connect) static CURSOR: Client = Client {
    name: "cursor",
    title: "Cursor",
    help: "Cursor",
    // "Configuration locations".
    file: |global, machine| {
        const FILE: &str = ".cursor/mcp.json";
        Some(if global { machine.at_home(FILE) } else { ClientFile::in_project(FILE) })
    },
    form: Some(Form::Json("mcpServers")),
    // https://cursor.com/docs/mcp/install-links
    link: |server| {
        let config = STANDARD.encode((CURSOR.entry)(server.address).to_string());
        let (name, config) = (server.name, percent_encoded(&config));
        Some(format!("cursor://anysphere.cursor-deeplink/mcp/install?name={name}&config={config}"))
    },
    then: |_| "Then sign in where Cursor lists its MCP servers.".to_owned(),
    scheme: Some("cursor"),
    ..Client::PLAIN
};
