//! Ways to tell a client of a server.

use super::address::Address;
use super::client::{Client, Server, Step};
use super::entry::Entry;
use crate::{Error, Result};

/// Everything to tell about one client.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) client: &'static Client,
    pub(super) name: String,
    pub(super) address: Address,
    /// By hand, in the client's own settings.
    pub(super) by_hand: Option<String>,
    /// Lines for a terminal.
    pub(super) commands: Vec<Step>,
    /// The address that the client opens by itself.
    pub(super) link: Option<String>,
    pub(super) entry: Option<Entry>,
    /// The way in which the person signs in.
    pub(super) then: String,
}

impl Recipe {
    /// The recipe of a client; `global` is for all projects of the person.
    pub(super) fn of(
        client: &'static Client,
        name: &str,
        address: &Address,
        global: bool,
    ) -> Result<Self> {
        if let Some(place) = client.requests_from
            && address.is_local()
        {
            return Err(Error::new(format!(
                "{} cannot reach {address} from {place}",
                client.title
            ))
            .help("deploy the server and name its address: `--url https://…`"));
        }
        let server = Server { name, address, global };
        Ok(Self {
            client,
            name: name.to_owned(),
            address: address.clone(),
            by_hand: (client.by_hand)(&server),
            commands: (client.commands)(&server),
            link: (client.link)(&server),
            entry: Entry::of(client, &server),
            then: (client.then)(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use url::Url;

    use super::*;
    use crate::connect::clients::{
        CLAUDE_CODE, CLAUDE_DESKTOP, CODEX, CURSOR, INSPECTOR, MCP_REMOTE, VS_CODE,
    };

    fn recipe(client: &'static Client, url: &str) -> Recipe {
        let address = Address::parse(url).expect("an address");
        Recipe::of(client, "demo", &address, false).expect("a recipe")
    }

    const DEPLOYED: &str = "https://demo.acme.workers.dev";

    #[test]
    fn the_link_of_cursor_carries_the_entry_of_its_file() {
        let Recipe { link, entry, .. } = recipe(&CURSOR, DEPLOYED);
        let link = Url::parse(&link.expect("a link")).expect("a URL");
        let query: Vec<_> = link.query_pairs().collect();
        assert_eq!(query[0], ("name".into(), "demo".into()));
        let config = STANDARD.decode(query[1].1.as_bytes()).expect("base64");
        let config: serde_json::Value = serde_json::from_slice(&config).expect("JSON");
        assert_eq!(config, entry.expect("an entry").value);
    }

    #[test]
    fn the_link_of_vs_code_carries_the_entry_of_its_file_and_the_name() {
        let Recipe { link, entry, .. } = recipe(&VS_CODE, DEPLOYED);
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
        let Recipe { commands, .. } = recipe(&CLAUDE_CODE, "http://[::1]:8788");
        assert!(commands[0].command.ends_with("demo \"http://[::1]:8788/mcp\""));
        let Recipe { commands, .. } = recipe(&VS_CODE, DEPLOYED);
        assert!(commands[0].command.contains("\"{\\\"name\\\":\\\"demo\\\""));
    }

    #[test]
    fn mcp_remote_is_allowed_http_where_it_would_refuse_it() {
        let allows = |url| recipe(&MCP_REMOTE, url).commands[0].command.contains("--allow-http");
        assert!(allows("http://[::1]:8788"));
        assert!(!allows("http://localhost:8788") && !allows(DEPLOYED));
    }

    #[test]
    fn claude_desktop_needs_mcp_remote_only_for_this_machine() {
        assert!(recipe(&CLAUDE_DESKTOP, DEPLOYED).by_hand.is_some());
        assert!(recipe(&CLAUDE_DESKTOP, "http://localhost:8788").by_hand.is_none());
    }

    /// The words of the server's landing page, with its slots unescaped.
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
            let says = |text: String| assert!(page.contains(&text), "{text}\n{page}");
            for client in [&CURSOR, &VS_CODE] {
                says(format!("href=\"{}\"", recipe(client, origin).link.expect("a link")));
            }
            for (client, commands) in
                [(&CLAUDE_CODE, 1), (&CODEX, 2), (&INSPECTOR, 1), (&MCP_REMOTE, 1)]
            {
                for step in &recipe(client, origin).commands[..commands] {
                    says(format!("<pre>{}</pre>", step.command));
                }
            }
        }
    }
}
