//! The page at `/`.

use http::StatusCode;
use toolgate_core::mcp::prompt::PromptInfo;
use toolgate_core::mcp::resource::ResourceInfo;

use crate::support::{config, elements, html, landing, landing_of, tool, words};

const PROMPT: PromptInfo = PromptInfo {
    name: "greet",
    title: Some("Greet"),
    description: None,
    arguments: &[],
    icons: &[],
    policy: "everyone",
};

const RESOURCE: ResourceInfo = ResourceInfo {
    uri: "demo://notes/{id}",
    name: "notes",
    title: None,
    description: Some("What was noted"),
    mime_type: None,
    variables: &[],
    icons: &[],
    audience: &[],
    priority: None,
    policy: "everyone",
};

#[test]
fn every_client_has_its_way_and_connections_have_their_page() {
    let reply = landing(&config(""));
    let html = html(&reply);
    assert_eq!(
        elements(html, "summary"),
        [
            "Claude Code",
            "claude.ai and Claude Desktop",
            "Codex",
            "MCP Inspector",
            "Others, by mcp-remote",
            "Others, by HTTP+SSE",
        ]
    );
    assert_eq!(
        elements(html, "pre"),
        [
            "claude mcp add --transport http demo https://mcp.example/mcp",
            "codex mcp add demo --url https://mcp.example/mcp",
            "codex mcp login demo",
            "npx @modelcontextprotocol/inspector --transport http --server-url https://mcp.example/mcp",
            "npx -y mcp-remote https://mcp.example/mcp",
            "https://mcp.example/sse",
        ]
    );
    assert_eq!(elements(html, "a").len(), 3);
    assert!(html.contains("<input readonly value=\"https://mcp.example/mcp\""));
    assert!(html.contains("<a href=\"/connections\">"));
}

#[test]
fn the_older_transport_is_told_of_where_it_is_served() {
    let mut config = config("");
    config.transport.sse = true;
    assert!(words(&landing(&config)).contains("https://mcp.example/sse"));
    config.transport.sse = false;
    assert!(!words(&landing(&config)).contains("/sse"));
}

#[test]
fn functions_for_everyone_are_shown_and_of_others_there_is_no_trace() {
    let config = config("");
    let tools =
        [tool("add", Some("Adds numbers"), "everyone"), tool("fire", Some("Fires people"), "hr")];
    let hidden = [PromptInfo { name: "secret", title: None, policy: "hr", ..PROMPT }, PROMPT];
    let origin = "https://mcp.example";
    let shown = landing_of(&config, origin, (&tools, &hidden, &[RESOURCE]));
    assert_eq!(
        elements(html(&shown), "li"),
        [
            "<b><bdi>add</bdi></b><p>Adds numbers</p>",
            "<b><bdi>Greet</bdi></b><p></p>",
            "<b><bdi>notes</bdi></b><p>What was noted</p>",
        ]
    );
    let without = landing_of(&config, origin, (&tools[..1], &hidden[1..], &[RESOURCE]));
    assert_eq!(html(&shown), html(&without));
    let nothing = landing_of(&config, origin, (&tools[1..], &[], &[]));
    assert_eq!(html(&nothing), html(&landing(&config)));
}

#[test]
fn a_host_that_a_shell_would_run_is_not_answered_to() {
    let config = config("");
    for host in ["$(id).example", "a;id.example", "a'b.example", "a&b.example", "a*.example"] {
        let reply = landing_of(&config, &format!("https://{host}"), (&[], &[], &[]));
        assert_eq!(reply.status(), StatusCode::MISDIRECTED_REQUEST);
        assert!(!html(&reply).contains(host));
    }
}

#[test]
fn an_address_with_brackets_is_one_word() {
    let reply = landing_of(&config(""), "http://[::1]:8788", (&[], &[], &[]));
    let commands = elements(html(&reply), "pre");
    assert!(commands[0].ends_with(" demo \"http://[::1]:8788/mcp\""));
    assert!(commands[4].ends_with(" \"http://[::1]:8788/mcp\" --allow-http"));
}
