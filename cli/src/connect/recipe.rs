//! All ways to add a server to a client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::address::Address;
use super::client::Client;
use super::entry::{Entry, mcp_remote};
use crate::{Error, Result};

/// Everything to tell about one client.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) address: Address,
    /// By hand, in the client's own settings.
    pub(super) by_hand: Option<String>,
    /// Lines for a terminal.
    pub(super) commands: Vec<Step>,
    /// Link that the client opens by itself.
    pub(super) link: Option<String>,
    pub(super) entry: Option<Entry>,
    /// Instructions for signing in.
    pub(super) then: String,
}

/// A line for a terminal, and what it does.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) what: &'static str,
    pub(super) command: String,
}

impl Recipe {
    /// The recipe of a client; `global` is for all projects of the person.
    pub(super) fn of(client: Client, name: &str, address: &Address, global: bool) -> Result<Self> {
        if client == Client::ClaudeAi && address.is_local() {
            return Err(Error::new(format!(
                "claude.ai cannot reach {address} from Anthropic's servers"
            ))
            .help("deploy the server and name its address: `--url https://…`"));
        }
        Ok(Self {
            client,
            name: name.to_owned(),
            address: address.clone(),
            by_hand: by_hand(client, name, address),
            commands: commands(client, name, address, global),
            link: link(client, name, address),
            entry: Entry::of(client, name, address),
            then: then(client, name),
        })
    }
}

/// <https://support.claude.com/en/articles/11175166>
fn by_hand(client: Client, name: &str, address: &Address) -> Option<String> {
    let connects = matches!(client, Client::ClaudeAi | Client::ClaudeDesktop);
    (connects && !address.is_local()).then(|| {
        format!(
            "Settings → Connectors → Add custom connector\n  \
             Name                   {name}\n  \
             Remote MCP server URL  {address}"
        )
    })
}

fn commands(client: Client, name: &str, address: &Address, global: bool) -> Vec<Step> {
    let url = word(address.as_str());
    match client {
        // https://code.claude.com/docs/en/mcp
        Client::ClaudeCode => {
            let scope = if global { "--scope user " } else { "" };
            let what =
                if global { "for all your projects" } else { "for yourself, in this folder" };
            vec![Step {
                what,
                command: format!("claude mcp add --transport http {scope}{name} {url}"),
            }]
        }
        // https://code.visualstudio.com/docs/copilot/guides/mcp-developer-guide
        Client::VsCode => {
            let server = with_name(name, address).to_string();
            let command = format!("code --add-mcp {}", word(&server));
            vec![Step { what: "for all your projects", command }]
        }
        // https://learn.chatgpt.com/docs/extend/mcp
        Client::Codex => {
            let add = format!("codex mcp add {name} --url {url}");
            vec![
                Step { what: "for all your projects", command: add },
                Step { what: "to sign in", command: format!("codex mcp login {name}") },
            ]
        }
        // https://github.com/modelcontextprotocol/inspector/blob/main/docs/mcp-server-configuration.md
        Client::Inspector => {
            let target = format!("--transport http --server-url {url}");
            let inspector = "npx @modelcontextprotocol/inspector";
            let cli = format!("{inspector} --cli {target} --method tools/list");
            vec![
                Step {
                    what: "for its page in the browser",
                    command: format!("{inspector} {target}"),
                },
                Step { what: "to list the tools", command: cli },
            ]
        }
        // https://github.com/punkpeye/mcp-remote#usage
        Client::McpRemote => {
            let arguments: Vec<_> = mcp_remote(address).into_iter().map(word).collect();
            let trial =
                format!("npx -y -p mcp-remote mcp-remote-client {}", arguments[2..].join(" "));
            vec![
                Step {
                    what: "as the client starts it",
                    command: format!("npx {}", arguments.join(" ")),
                },
                Step { what: "to sign in and list the tools", command: trial },
            ]
        }
        Client::ClaudeDesktop | Client::ClaudeAi | Client::Cursor => Vec::new(),
    }
}

fn link(client: Client, name: &str, address: &Address) -> Option<String> {
    match client {
        // https://cursor.com/docs/mcp/install-links
        Client::Cursor => {
            let config = STANDARD.encode(json!({ "url": address.as_str() }).to_string());
            let config = percent_encoded(&config);
            Some(format!(
                "cursor://anysphere.cursor-deeplink/mcp/install?name={name}&config={config}"
            ))
        }
        // https://code.visualstudio.com/docs/copilot/guides/mcp-developer-guide
        Client::VsCode => {
            let server = with_name(name, address).to_string();
            Some(format!("vscode:mcp/install?{}", percent_encoded(&server)))
        }
        _ => None,
    }
}

fn then(client: Client, name: &str) -> String {
    match client {
        Client::ClaudeCode => "Then type /mcp in Claude Code and authenticate there.".to_owned(),
        Client::ClaudeDesktop => {
            "Then sign in in the browser; it reads a changed file when it starts.".to_owned()
        }
        Client::ClaudeAi => "Then press Connect and sign in.".to_owned(),
        Client::Cursor => "Then sign in where Cursor lists its MCP servers.".to_owned(),
        Client::VsCode => {
            "Then start it where VS Code lists its MCP servers, and sign in.".to_owned()
        }
        Client::Codex => format!("Then `codex mcp login {name}` signs in."),
        Client::Inspector => "It needs Node.js 22.19 or newer.".to_owned(),
        Client::McpRemote => {
            "It opens a browser to sign in, and keeps the tokens in ~/.mcp-auth.".to_owned()
        }
    }
}

/// The JSON for `code --add-mcp` and the links of VS Code.
fn with_name(name: &str, address: &Address) -> serde_json::Value {
    json!({ "name": name, "type": "http", "url": address.as_str() })
}

/// One word of a command line, for POSIX shells and for cmd.exe.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/._~%-".contains(c);
    if text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('"', "\\\""))
    }
}

/// As JavaScript's `encodeURIComponent`, or stricter.
fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn recipe(client: Client, url: &str) -> Recipe {
        let address = Address::parse(url).expect("an address");
        Recipe::of(client, "demo", &address, false).expect("a recipe")
    }

    const DEPLOYED: &str = "https://demo.acme.workers.dev";

    #[test]
    fn the_link_of_cursor_carries_the_entry_of_its_file() {
        let Recipe { link, entry, .. } = recipe(Client::Cursor, DEPLOYED);
        let link = Url::parse(&link.expect("a link")).expect("a URL");
        let query: Vec<_> = link.query_pairs().collect();
        assert_eq!(query[0], ("name".into(), "demo".into()));
        let config = STANDARD.decode(query[1].1.as_bytes()).expect("base64");
        let config: serde_json::Value = serde_json::from_slice(&config).expect("JSON");
        assert_eq!(config, entry.expect("an entry").value);
    }

    #[test]
    fn the_link_of_vs_code_carries_the_entry_of_its_file_and_the_name() {
        let Recipe { link, entry, .. } = recipe(Client::VsCode, DEPLOYED);
        let link = link.expect("a link").replacen("vscode:mcp/install?", "x:?json=", 1);
        let link = Url::parse(&link).expect("a URL");
        let json = link.query_pairs().next().expect("a query").1.into_owned();
        let mut server: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let name = server.as_object_mut().expect("an object").remove("name");
        assert_eq!(name, Some("demo".into()));
        assert_eq!(server, entry.expect("an entry").value);
    }

    #[test]
    fn what_a_shell_would_read_is_quoted() {
        let Recipe { commands, .. } = recipe(Client::ClaudeCode, "http://[::1]:8788");
        assert!(commands[0].command.ends_with("demo \"http://[::1]:8788/mcp\""));
        let Recipe { commands, .. } = recipe(Client::VsCode, DEPLOYED);
        assert!(commands[0].command.contains("\"{\\\"name\\\":\\\"demo\\\""));
    }

    #[test]
    fn mcp_remote_is_allowed_http_where_it_would_refuse_it() {
        let allows =
            |url| recipe(Client::McpRemote, url).commands[0].command.contains("--allow-http");
        assert!(allows("http://[::1]:8788"));
        assert!(!allows("http://localhost:8788") && !allows(DEPLOYED));
    }

    #[test]
    fn claude_desktop_needs_mcp_remote_only_for_this_machine() {
        assert!(recipe(Client::ClaudeDesktop, DEPLOYED).by_hand.is_some());
        assert!(recipe(Client::ClaudeDesktop, "http://localhost:8788").by_hand.is_none());
    }

    /// The landing page of the server, with its slots unescaped.
    fn landing_page(origin: &str) -> String {
        let source = "[server]\nname = \"Demo\"\n[identity]\nprovider = \"none\"\n";
        let checked = toolgate_config::check(source).expect("a configuration");
        let log = toolgate_core::audit::Log::default();
        let server = toolgate_core::mcp::Server {
            config: &checked.config,
            version: "1.0.0",
            tools: &[],
            prompts: &[],
            resources: &[],
            families: &[],
            sessions: false,
            notifications: None,
            challenging: None,
            refusing: None,
            page_size: 1,
            log: &log,
        };
        let page = toolgate_core::mcp::landing(&server, "demo", origin).into_body();
        String::from_utf8(page).expect("text").replace("&amp;", "&")
    }

    #[test]
    fn the_landing_page_says_the_same() {
        for origin in [DEPLOYED, "http://localhost:8788", "http://[::1]:8788"] {
            let page = landing_page(origin);
            for client in [Client::Cursor, Client::VsCode] {
                let link = recipe(client, origin).link.expect("a link");
                assert!(page.contains(&format!("href=\"{link}\"")), "{link}\n{page}");
            }
            let Recipe { commands, .. } = recipe(Client::Codex, origin);
            for Step { command, .. } in &commands {
                assert!(page.contains(&format!("<pre>{command}</pre>")), "{command}\n{page}");
            }
            for client in [Client::ClaudeCode, Client::Inspector, Client::McpRemote] {
                let command = &recipe(client, origin).commands[0].command;
                assert!(page.contains(&format!("<pre>{command}</pre>")), "{command}\n{page}");
            }
        }
    }
}
